"""Saving, updating and deleting drafts, and the messages about them."""

from datetime import timedelta
from urllib.parse import urlencode

import pytest

from eoi.models import EoiDraft
from eoi.services.draft_links import draft_address, draft_of
from eoi.services.draft_notices import warn_of_expiry
from eoi.services.drafts import (
    DRAFT_LIFETIME,
    DraftConflict,
    DraftNotFound,
    delete_draft,
    delete_expired_drafts,
    delete_submitted_drafts,
    save_draft,
)
from members.services.private_links import InvalidLink, token_for_object
from outbox.models import Message, Queue
from tests.eoi.drafts import saved_again
from tests.factories import NOON, CallFactory, EoiDraftFactory, MemberFactory, MessageFactory

SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)


def text(**answers):
    return urlencode(answers)


def begin(**changes):
    facts = {
        "submission_key": "key",
        "call": changes.pop("call", None) or CallFactory(),
        "email": "ada@example.org",
        "language": "en",
        "form_data": text(organisation_name="Ministry"),
        "at": NOON,
    }
    return save_draft(**{**facts, **changes})


def stored():
    return list(EoiDraft.objects.values()), list(Message.objects.values())


# Creating


def test_save_draft_keeps_what_was_typed_and_brings_the_link():
    call = CallFactory()

    draft = begin(call=call, form_data=text(organisation_name="Ministry", country="KE"))

    draft.refresh_from_db()
    assert draft.answers.dict() == {"organisation_name": "Ministry", "country": "KE"}
    assert (draft.call, draft.email, draft.language) == (call, "ada@example.org", "en")
    assert draft.time_zone == "Africa/Nairobi"
    assert (draft.started_at, draft.saved_at) == (NOON, NOON)
    assert draft.expires_at == NOON + timedelta(days=30)
    letter = Message.objects.get()
    assert (letter.recipient, letter.reference) == ("ada@example.org", draft.reference)
    assert letter.topic == f"{draft.reference}/saved"
    assert letter.private_page == draft_address(draft)
    assert letter.queue == Queue.MAIL


@pytest.mark.parametrize(
    ("answers", "zone"),
    [
        ({}, ""),
        ({"country": "BR"}, ""),
        ({"country": "BR", "time_zone": "America/Manaus"}, "America/Manaus"),
        ({"country": "KE", "time_zone": "Mars/Olympus"}, "Africa/Nairobi"),
        ({"country": "\x00"}, ""),
    ],
)
def test_save_draft_knows_the_time_zone_as_far_as_the_answers_tell(answers, zone):
    assert begin(form_data=text(acronym="X", **answers)).time_zone == zone


def test_save_draft_once_more_is_the_same_draft_and_no_second_mail():
    draft = begin()
    before = stored()

    again = begin(call=draft.call, at=NOON + SECOND)

    assert again == draft
    assert stored() == before


def test_save_draft_refuses_other_answers_under_the_same_key():
    draft = begin()
    before = stored()

    with pytest.raises(DraftConflict, match="was saved on Monday 25 October 2021, 14:00") as said:
        begin(call=draft.call, form_data=text(organisation_name="Other"))

    assert said.value.draft == draft
    assert stored() == before


def test_save_draft_in_place_of_the_version_that_was_seen_saves_it():
    draft = begin()

    again = begin(
        call=draft.call, form_data=text(acronym="X"), in_place_of=draft.version, at=NOON + DAY
    )

    assert (again.pk, again.version) == (draft.pk, draft.version + 1)
    assert again.answers.dict() == {"acronym": "X"}
    assert again.expires_at == NOON + DAY + DRAFT_LIFETIME
    assert Message.objects.count() == 1


def test_save_draft_to_another_address_makes_the_first_link_useless():
    first = begin(email="ada@exmaple.org")
    astray = token_for_object(first)

    second = begin(call=first.call, at=NOON + DAY)

    assert list(EoiDraft.objects.all()) == [second]
    with pytest.raises(InvalidLink):
        draft_of(astray, at=NOON + DAY)
    assert (second.started_at, second.version) == (NOON, first.version + 1)
    assert [letter.recipient for letter in Message.objects.all()] == ["ada@example.org"]


def test_save_draft_refuses_a_page_that_shows_what_was_deleted_before_this_was_begun():
    thrown_away = begin()
    delete_draft(draft=EoiDraft.objects.get(), at=NOON)
    draft = begin(call=thrown_away.call, form_data=text(acronym="X"), at=NOON + DAY)
    before = stored()

    with pytest.raises(DraftConflict):
        begin(
            call=draft.call,
            form_data=text(acronym="OLD"),
            in_place_of=thrown_away.version,
            at=NOON + DAY,
        )

    assert stored() == before


def test_save_draft_begins_anew_where_the_first_has_expired():
    first = begin()

    second = begin(call=first.call, form_data=text(acronym="X"), at=NOON + DRAFT_LIFETIME)

    assert list(EoiDraft.objects.all()) == [second]
    assert second.pk != first.pk
    assert Message.objects.get().reference == second.reference


def test_save_draft_takes_a_text_about_the_trap_for_no_robots():
    draft = begin(form_data=text(motivation="leave_empty=1&leave_empty=2"))

    assert draft.is_written_to
    assert list(EoiDraft.objects.written_to()) == [draft]
    assert Message.objects.count() == 1


# Deleting


def test_delete_draft_forgets_the_mails_about_it_and_nothing_else():
    draft, other = begin(), begin(submission_key="other")

    delete_draft(draft=draft, at=NOON)

    assert list(EoiDraft.objects.all()) == [other]
    assert [letter.reference for letter in Message.objects.all()] == [other.reference]
    with pytest.raises(DraftNotFound):
        delete_draft(draft=EoiDraft(pk=draft.pk), at=NOON)


def expiring(expires_in, **facts):
    """A draft that expires some days after noon."""
    expires_at = NOON + expires_in
    return EoiDraftFactory(
        started_at=expires_at - DRAFT_LIFETIME,
        saved_at=expires_at - DRAFT_LIFETIME,
        expires_at=expires_at,
        **facts,
    )


def test_warn_of_expiry_writes_three_days_before_once_for_each_saving():
    draft = expiring(3 * DAY, version=4)
    # Not warned yet, and expired before the second warning.
    expiring(3 * DAY + SECOND)

    counted = [warn_of_expiry(at=NOON), warn_of_expiry(at=NOON)]

    draft.refresh_from_db()
    letter = Message.objects.get()
    assert counted == [1, 0]
    assert draft.expiry_warned_at == NOON
    assert letter.topic == f"{draft.reference}/expires/version-4"
    assert (letter.recipient, letter.private_page) == (draft.email, draft_address(draft))
    assert letter.expires_at == draft.expires_at

    saved_again(draft, at=NOON + SECOND)

    assert warn_of_expiry(at=NOON + 27 * DAY + SECOND) == 1
    assert Message.objects.filter(reference=draft.reference).count() == 2


def test_warn_of_expiry_leaves_out_what_was_sent_has_expired_or_is_a_robots():
    MemberFactory(submission_key=expiring(DAY).submission_key)
    expiring(timedelta())
    robots = expiring(DAY, form_data=text(leave_empty="x"))

    counted = [warn_of_expiry(at=NOON), warn_of_expiry(at=NOON)]

    robots.refresh_from_db()
    assert counted == [1, 0]
    assert robots.expiry_warned_at == NOON
    assert list(Message.objects.all()) == []


def test_what_expired_during_a_standstill_is_deleted_and_not_warned_of():
    draft = expiring(2 * DAY)
    MessageFactory(reference=draft.reference)
    kept = MessageFactory(reference=f"{draft.reference}1")
    later = NOON + 9 * DAY

    counted = [warn_of_expiry(at=later), delete_expired_drafts(at=later)]

    assert counted == [0, 1]
    assert list(EoiDraft.objects.all()) == []
    assert list(Message.objects.all()) == [kept]


def test_delete_what_was_sent_deletes_the_draft_with_its_mails_and_keeps_the_member():
    draft = begin()
    other = begin(submission_key="other")
    member = MemberFactory(submission_key=draft.submission_key)
    MessageFactory(reference=member.reference)

    counted = [delete_submitted_drafts(at=NOON), delete_submitted_drafts(at=NOON)]

    assert counted == [1, 0]
    assert list(EoiDraft.objects.all()) == [other]
    assert set(Message.objects.values_list("reference", flat=True)) == {
        member.reference,
        other.reference,
    }


@pytest.mark.parametrize("run", [warn_of_expiry, delete_expired_drafts, delete_submitted_drafts])
def test_runs_are_bounded_and_go_on_with_the_next(run, monkeypatch):
    monkeypatch.setattr("eoi.services.drafts.BATCH_SIZE", 2)
    for _number in range(3):
        draft = expiring(DAY if run is warn_of_expiry else -DAY)
        if run is delete_submitted_drafts:
            MemberFactory(submission_key=draft.submission_key)

    assert [run(at=NOON) for _time in range(3)] == [2, 1, 0]
