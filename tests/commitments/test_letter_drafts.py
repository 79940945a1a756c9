"""Drafts of letters about commitments, and the way through the list, as for members."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.urls import reverse

from commitments import tasks
from commitments.models import CommitmentStatus, EventKind, LetterDraft
from commitments.services import change_decisions, decisions, publication
from commitments.services.desk_letters import delete_ended_drafts
from commitments.services.undo import undo_decision
from members.models import MemberStatus
from members.services.letter_drafts import KEPT_AFTER_UNDO_PERIOD
from outbox.models import Message
from tests.commitments.desk import proposed, sent, told
from tests.commitments.test_admin_page import composed, opened, url
from tests.factories import NOON, CommitmentLetterDraftFactory, UserFactory
from tests.triage.staff import officer, read, signed_in
from tests.triage.staff import told as messages_of

S = CommitmentStatus
MY_WORDS = {"reason": "It is none.", "subject": "About it", "body": "My own words."}


@pytest.fixture(autouse=True)
def undo_is_on(settings):
    settings.UNDO_SECONDS = 120


def save_draft(browser, commitment, **typed):
    fields = {**opened(browser, "decline", commitment), **MY_WORDS, **typed, "save_draft": "1"}
    fields.pop("decide")
    return browser.post(url("decline", commitment), fields, follow=True)


def open_drafts(commitment):
    return [draft.kind for draft in commitment.letter_drafts.open().order_by("pk")]


def test_letter_is_saved_shown_again_and_discarded():
    commitment, browser = sent(), signed_in(officer())

    saved = save_draft(browser, commitment)
    again = read(browser.get(url("decline", commitment)))
    browser.post(url("decline", commitment), {"version": 1, "throw_away": "1"})

    assert messages_of(saved) == ["Draft saved. No decision was made and no email was sent."]
    assert "You have a draft of this letter" in again
    assert "My own words." in again
    assert (told(commitment), list(Message.objects.all()), open_drafts(commitment)) == ([], [], [])


def test_colleague_reads_that_there_is_a_draft_but_not_what_it_says():
    commitment = sent()
    save_draft(signed_in(officer(name="Ada")), commitment)

    page = read(signed_in(officer(name="Grace")).get(url("decline", commitment)))

    assert "Ada has a draft of this letter" in page
    assert "My own words." not in page


def test_saved_draft_is_not_sent_before_a_later_change_was_read():
    commitment, browser = sent(), signed_in(officer())
    save_draft(browser, commitment)
    decisions.assign_to_self(commitment, by=officer(name="Ada"), at=NOON)

    page = read(browser.get(url("decline", commitment)))

    assert "The commitment has changed since you saved this draft." in page
    assert 'name="version_read"' in page


def test_draft_saved_in_two_windows_is_not_overwritten():
    commitment, browser = sent(), signed_in(officer())
    save_draft(browser, commitment)

    fields = {"version": 1, **MY_WORDS, "body": "Others.", "draft_shown": 0, "save_draft": "1"}
    response = browser.post(url("decline", commitment), fields)

    assert response.status_code == 409
    assert "you saved another draft of this letter in another window" in read(response)
    assert "My+own+words." in LetterDraft.objects.get().form_data


def test_draft_is_refused_once_the_status_forbids_the_decision():
    commitment, browser = sent(), signed_in(officer())
    fields = {**opened(browser, "decline", commitment), **MY_WORDS, "save_draft": "1"}
    publication.publish(commitment, by=officer(), at=NOON)

    response = browser.post(url("decline", commitment), fields)

    assert (response.status_code, open_drafts(commitment)) == (409, [])


def test_decision_ends_the_drafts_and_its_undo_brings_them_back():
    commitment, ada = sent(), officer()
    of_a_colleague = CommitmentLetterDraftFactory(commitment=commitment)
    CommitmentLetterDraftFactory(commitment=commitment, by=ada, kind=EventKind.PUBLISHED)
    decisions.decline(commitment, reason="It is none.", by=ada, at=NOON)
    meanwhile = open_drafts(commitment)
    newer = CommitmentLetterDraftFactory(commitment=commitment, by=of_a_colleague.by)

    undo_decision(commitment, by=ada, at=NOON + timedelta(seconds=1))

    assert meanwhile == []
    assert set(commitment.letter_drafts.open().values_list("kind", "pk")) == {
        (EventKind.DECLINED, newer.pk),
        (EventKind.PUBLISHED, of_a_colleague.pk + 1),
    }


@pytest.mark.parametrize("decide", ["ask", "decline_change"])
def test_decision_that_leaves_others_possible_ends_its_own_drafts(decide):
    commitment = sent(S.SUBMITTED if decide == "ask" else S.PUBLISHED)
    own = EventKind.INFORMATION_REQUESTED if decide == "ask" else EventKind.CHANGE_DECLINED
    for kind in (own, EventKind.WITHDRAWN):
        CommitmentLetterDraftFactory(commitment=commitment, kind=kind)

    facts = {"by": UserFactory(), "at": NOON}
    if decide == "ask":
        decisions.ask_for_information(commitment, question="How many?", **facts)
    else:
        change = proposed(commitment, title="Another title")
        change_decisions.decline_change(commitment, change=change, reason="No.", **facts)

    assert open_drafts(commitment) == [EventKind.WITHDRAWN]


def test_ended_drafts_are_deleted_when_no_undo_can_restore_them():
    commitment = sent()
    kept = CommitmentLetterDraftFactory(commitment=commitment)
    CommitmentLetterDraftFactory(commitment=commitment, ended_at=NOON)
    last = NOON + KEPT_AFTER_UNDO_PERIOD + timedelta(seconds=settings.UNDO_SECONDS)

    early, late = (delete_ended_drafts(at=at) for at in (last - timedelta(seconds=1), last))

    assert (early, late, LetterDraft.objects.get()) == (0, 1, kept)
    tasks.delete_ended_drafts()


# The way through the list ------------------------------------------------------------------------


def test_decision_leads_on_to_the_next_commitment_with_a_button_to_undo_it():
    first, second = sent(), sent()
    browser = signed_in(officer())
    fields = {**opened(browser, "decline", first), "reason": "It is none."}
    fields |= composed(browser, "decline", first, fields)

    response = browser.post(url("decline", first), {**fields, "decide": "next"}, follow=True)
    undone = browser.post(
        reverse("admin:commitments_commitment_undo"), {"decided": f"{first.pk}-2"}, follow=True
    )

    assert response.redirect_chain == [(url("change", second), 302)]
    assert f"{first}: The commitment is declined." in read(response)
    assert f'value="{first.pk}-2"' in read(response)
    assert messages_of(undone) == ["The decision is undone. No letter is sent."]
    first.refresh_from_db()
    assert first.status == S.SUBMITTED


def test_page_names_its_neighbours_in_the_list_that_one_came_from():
    declined = [sent(S.DECLINED) for _number in range(3)]
    sent(S.SUBMITTED)
    came_from = "_changelist_filters=view%3Dall%26o%3D1%26q%3D" + declined[0].lead.reference
    alone = signed_in(officer()).get(f"{url('change', declined[0])}?{came_from}")
    everything = "_changelist_filters=view%3Dall"
    middle = signed_in(officer()).get(f"{url('change', declined[1])}?{everything}")

    assert (alone.context["neighbours"].previous, alone.context["neighbours"].next) == ("", "")
    assert middle.context["neighbours"].previous == f"{url('change', declined[0])}?{everything}"
    assert middle.context["neighbours"].next == f"{url('change', declined[2])}?{everything}"
    assert 'data-keys="d"' in read(signed_in(officer()).get(url("change", sent())))


def test_undo_of_a_commitment_that_one_may_not_see_or_of_altered_data_is_not_found(browser):
    address = reverse("admin:commitments_commitment_undo")

    assert browser.post(address, {"decided": "0-1"}).status_code == 404
    assert browser.post(address, {"decided": "x"}).status_code == 404


def test_lead_that_left_gets_no_letter_and_the_page_says_so(browser):
    commitment = sent(S.PUBLISHED)
    commitment.lead.status = MemberStatus.WITHDRAWN
    commitment.lead.withdrawn_at = NOON
    commitment.lead.save()

    page = read(browser.get(url("withdraw", commitment)))

    assert "The lead is not a member now, so it gets no email." in page
    assert "letter-shown" not in page
