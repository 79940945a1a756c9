"""The lead corrects what it sent until somebody has taken it, and its changes are marked."""

from dataclasses import replace

import pytest

from commitments.models import CommitmentStatus, EventKind
from commitments.services import decisions, publication
from commitments.services.answers import answer, correct
from commitments.services.content import content_of
from commitments.services.content_in_words import Reader
from commitments.services.drafts import FormChanged, Typed, autosave_part, typed_part
from commitments.services.lead_changes import changes_by_lead
from commitments.services.leads import CorrectionClosed
from core.autosave import Page
from core.conflicts import Conflict, NothingChanged, Refused
from outbox.models import Message
from tests.commitments.desk import mail, refused
from tests.commitments.pages import in_status, page_of, posted, send
from tests.commitments.writing import a_content, a_lead, own
from tests.factories import NOON, UserFactory
from tests.redlines import added
from tests.triage.staff import officer, read, signed_in

TITLE = "Fibre and satellite to 1,300 schools"


@pytest.fixture
def sent(person):
    return in_status(person, CommitmentStatus.SUBMITTED)


def corrected(commitment, person, **facts):
    content = replace(content_of(commitment), **(facts or {"title": TITLE}))
    return correct(commitment, content, by=person, at=NOON)


def test_correct_replaces_what_was_sent_and_confirms_it_to_each_focal_point(sent, person):
    sent.partners.update(answer="invited", invited_at=NOON)
    version = sent.version

    event = corrected(sent, person)

    stored = own(sent)
    assert (stored.title, stored.status, stored.typed) == (TITLE, "submitted", {})
    assert stored.version == version + 1
    assert (event.kind, event.by_focal_point, event.is_shared) == (
        EventKind.CORRECTED,
        person,
        True,
    )
    assert event.content_before["title"] == a_content().title
    assert "contact_email" not in event.content_before["partners"][0]
    assert mail() == [("corrected", "en")]
    assert TITLE in Message.objects.get().body


def test_correct_invites_partners_that_are_new(sent, person):
    corrected(sent, person)

    assert [kind for kind, _language in mail()] == [
        "corrected",
        f"partner-{a_content().partners[0].key.hex}",
    ]


def taken(commitment):
    decisions.assign_to_self(commitment, by=UserFactory(), at=NOON)


def asked(commitment):
    decisions.ask_for_information(commitment, question="Where?", by=UserFactory(), at=NOON)


def approved(commitment):
    publication.publish(commitment, by=UserFactory(), at=NOON)


@pytest.mark.parametrize("take", [taken, asked, approved])
def test_correct_is_refused_once_somebody_has_taken_it(sent, person, take):
    take(own(sent))

    with refused(CorrectionClosed, match="has begun to read"):
        corrected(sent, person)


def test_correct_is_possible_again_if_nobody_has_it_any_more(sent, person):
    ada = UserFactory()
    decisions.assign_to_self(sent, by=ada, at=NOON)
    decisions.release(sent, by=ada, at=NOON)

    corrected(sent, person)

    assert own(sent).title == TITLE


def test_correct_refuses_what_changes_nothing_or_is_incomplete_or_was_changed(sent, person):
    other = a_lead(email="other@example.org")

    with refused(NothingChanged):
        corrected(sent, person, title=a_content().title)
    with refused(Refused, match="not complete"):
        corrected(sent, person, title="")
    with refused(Refused, match="do not represent"):
        corrected(sent, other)
    with refused(Conflict):
        content = replace(content_of(sent), title=TITLE)
        correct(sent, content, by=person, at=NOON, version=sent.version + 1)
    with refused(FormChanged):
        correct(sent, content, by=person, at=NOON, seen=1)


def test_autosave_is_refused_once_somebody_has_taken_it(sent, person):
    taken(own(sent))

    with refused(CorrectionClosed):
        autosave_part(
            commitment=sent,
            part="what",
            typed=Typed({"title": [TITLE]}, "en"),
            page=Page("one", 0),
            by=person,
            at=NOON,
        )


# Pages ------------------------------------------------------------------------------------------


def test_lead_corrects_on_the_pages_of_the_commitment(mine, sent):
    mine.post(page_of(sent, "edit/targets/"), posted("targets", **{"target-0-value": "1,500"}))
    address = page_of(sent, "correct/")

    page = mine.get(address)
    response = send(mine, address)
    after = mine.get(page_of(sent))

    changed = [fact for row in page.context["rows"] for fact in row["facts"] if fact.is_changed]
    assert [fact.label for fact in changed] == ["Target 1"]
    assert response["Location"] == page_of(sent)
    assert own(sent).targets.get().value == 1500
    assert "Correct what you sent" in after.text
    assert "Corrected by the lead" in after.text
    assert "<del>" in after.text


def test_page_offers_no_correction_once_somebody_has_taken_it(mine, sent):
    taken(own(sent))

    page = mine.get(page_of(sent))
    correction = mine.get(page_of(sent, "correct/"))
    part = mine.get(page_of(sent, "edit/what/"))

    assert "Correct what you sent" not in page.text
    assert "has begun to read it" in page.text
    assert correction["Location"] == part["Location"] == page_of(sent)


def test_correction_that_comes_too_late_says_so_and_keeps_what_was_typed(mine, sent):
    mine.post(page_of(sent, "edit/targets/"), posted("targets", **{"target-0-value": "1,500"}))
    taken(own(sent))

    response = mine.post(page_of(sent, "correct/"), {"version": sent.version, "seen": "1"})

    assert response.status_code == 409
    assert "can no longer be corrected here" in response.text
    assert [change.label for change in response.context["unsent"]] == ["Target 1"]
    assert "1,500" in response.text
    assert typed_part(own(sent), "targets").fields["target-0-value"] == ["1,500"]
    assert own(sent).targets.get().value == 1200


# Marks ------------------------------------------------------------------------------------------


def test_what_an_answer_and_a_correction_changed_is_told_newest_first(sent, person):
    corrected(sent, person)
    asked(sent)
    content = replace(content_of(sent), beneficiaries="Pupils")
    answer(sent, content, text="Pupils.", by=person, at=NOON)

    found = changes_by_lead(sent, sent.events.all(), reader=Reader.STAFF)

    assert [(each.event.kind, [change.label for change in each.changes]) for each in found] == [
        (EventKind.ANSWERED, ["Who benefits"]),
        (EventKind.CORRECTED, ["Title"]),
    ]


def test_answer_without_a_change_marks_nothing(sent, person):
    asked(sent)
    answer(sent, content_of(sent), text="In Zomba.", by=person, at=NOON)

    assert changes_by_lead(sent, sent.events.all(), reader=Reader.STAFF) == []


@pytest.mark.parametrize(("decide", "is_open"), [(None, True), (approved, False)])
def test_page_of_staff_marks_what_the_lead_changed_until_it_is_decided(
    sent, person, decide, is_open
):
    corrected(sent, person)
    if decide:
        decide(sent)

    page = read(signed_in(officer()).get(f"/admin/commitments/commitment/{sent.pk}/change/"))

    assert "What the lead changed since it sent this" in page
    assert added("1,300") in page
    assert ("<details open>" in page) == is_open
