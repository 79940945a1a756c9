"""What staff decide about a commitment: each step, each refusal, and the mail."""

from datetime import timedelta

import pytest

from commitments.models import ChangeStatus, EventKind
from commitments.services import decisions, publication
from core.conflicts import Conflict, Refused
from members.models import MemberStatus
from members.services.notes import MAX_NOTE_LENGTH
from outbox.models import Message, MessageStatus
from outbox.services.letters import EditableLetter
from tests.commitments.desk import TOMORROW, S, mail, proposed, refused, sent, told
from tests.factories import NOON, MemberFactory, UserFactory

REASON = {"reason": "It is no commitment."}
STEPS = [
    (decisions.assign_to_self, S.SUBMITTED, {}),
    (decisions.release, S.SUBMITTED, {}),
    (decisions.ask_for_information, S.SUBMITTED, {"question": "How many teachers?"}),
    (decisions.approve, S.SUBMITTED, {"announce_at": TOMORROW}),
    (decisions.take_back_approval, S.APPROVED, REASON),
    (decisions.decline, S.SUBMITTED, REASON),
    (publication.publish, S.SUBMITTED, {}),
    (decisions.withdraw, S.PUBLISHED, REASON),
]


@pytest.mark.parametrize(("step", "status", "arguments"), STEPS)
def test_step_is_refused_if_the_commitment_changed_since_it_was_opened(step, status, arguments):
    commitment = sent(status)
    decisions.add_note(commitment, text="They called.", by=UserFactory(name="Ada"), at=NOON)
    seen = commitment.version - 1

    with refused(Conflict, match="Ada"):
        step(commitment, by=UserFactory(), at=NOON, version=seen, **arguments)


def test_assign_takes_a_commitment_over_and_tells_nobody():
    ada, commitment = UserFactory(), sent(assignee=UserFactory())

    event = decisions.assign_to_self(commitment, by=ada, at=NOON, version=1)

    commitment.refresh_from_db()
    assert (commitment.assignee, commitment.version) == (ada, 2)
    assert (event.kind, event.is_shared, event.by_user) == (EventKind.ASSIGNED, False, ada)
    assert mail() == []


def test_assign_and_release_are_refused_where_nothing_would_change():
    ada = UserFactory()
    hers, nobodys = sent(assignee=ada), sent()

    with pytest.raises(Refused, match="already assigned to"):
        decisions.assign_to_self(hers, by=ada, at=NOON)
    with pytest.raises(Refused, match="is not assigned"):
        decisions.release(nobodys, by=ada, at=NOON)

    assert told(hers) == told(nobodys) == []


def test_note_is_internal_and_causes_no_conflict():
    commitment = sent(S.DECLINED)

    event = decisions.add_note(commitment, text="They called.", by=UserFactory(), at=NOON)

    commitment.refresh_from_db()
    assert (event.kind, event.note, event.is_shared) == ("noted", "They called.", False)
    assert commitment.version == 1
    assert mail() == []


@pytest.mark.parametrize(
    ("text", "match"), [(" \n ", "Enter a note"), ("x" * (MAX_NOTE_LENGTH + 1), "Shorten the note")]
)
def test_note_refuses_what_nobody_reads(text, match):
    commitment = sent()

    with refused(Refused, match=match):
        decisions.add_note(commitment, text=text, by=UserFactory(), at=NOON)


def test_note_that_a_page_sends_twice_is_one_and_that_of_a_colleague_is_another():
    ada, commitment = UserFactory(), sent()
    note = {"text": "They called.", "at": NOON, "after": 0}

    first = decisions.add_note(commitment, by=ada, **note)
    again = decisions.add_note(commitment, by=ada, **note)
    decisions.add_note(commitment, by=UserFactory(), **note)

    assert first == again
    assert told(commitment) == [(EventKind.NOTE_ADDED, "They called.")] * 2


def test_question_goes_to_all_focal_points_in_their_languages_with_a_link_to_sign_in():
    ada, commitment = UserFactory(), sent(languages=("en", "fr"))

    event = decisions.ask_for_information(
        commitment, question="How many *teachers*?", by=ada, at=NOON
    )

    commitment.refresh_from_db()
    assert (commitment.status, commitment.assignee) == (S.INFORMATION_REQUESTED, ada)
    assert (event.note, event.is_shared) == ("How many *teachers*?", True)
    assert mail() == [("commitment-question", "en"), ("commitment-question", "fr")]
    english, french = Message.objects.order_by("pk")
    asked = "Please answer our question: Digital skills for 1,000 teache…"
    assert english.subject == f"{commitment.reference}: {asked}"
    assert "How many \\*teachers\\*?" in english.body
    assert f"/en/my/commitments/{commitment.reference}/" in english.body
    assert f"/fr/my/commitments/{commitment.reference}/" in french.body
    assert french.reference == commitment.lead.reference


def test_edited_letter_replaces_the_standard_one_and_none_is_sent_if_staff_say_so():
    edited, silent = sent(languages=("en", "fr")), sent()
    letter = EditableLetter("About your commitment", "Please call us.", language="en")

    decisions.decline(edited, **REASON, message=letter, by=UserFactory(), at=NOON)
    decisions.decline(silent, **REASON, message=None, by=UserFactory(), at=NOON)

    assert mail() == [("commitment-declined", "en"), ("commitment-declined", "en")]
    first = Message.objects.earliest("pk")
    assert first.subject == f"{edited.reference}: About your commitment"
    assert "Please call us." in first.body


def test_edited_letter_with_a_faulty_private_link_is_refused():
    commitment = sent()
    letter = EditableLetter("About your commitment", "See [private-page]].", language="en")

    with refused(Refused, match="is not replaced by a private link here"):
        decisions.decline(commitment, **REASON, message=letter, by=UserFactory(), at=NOON)


def test_question_is_refused_if_nobody_could_answer():
    commitment = sent(lead=MemberFactory(status=MemberStatus.WITHDRAWN))

    with refused(Refused, match="is not a member of the coalition"):
        decisions.ask_for_information(commitment, question="Why?", by=UserFactory(), at=NOON)


def test_lead_that_is_no_member_gets_no_letter():
    commitment = sent(lead=MemberFactory(status=MemberStatus.WITHDRAWN))

    decisions.decline(commitment, **REASON, by=UserFactory(), at=NOON)

    assert told(commitment) == [(EventKind.DECLINED, REASON["reason"])]
    assert mail() == []


def test_approval_names_the_day_and_the_event_and_replaces_an_unsent_letter_for_another_day():
    ada, commitment = UserFactory(), sent(S.ANSWERED)
    later = TOMORROW + timedelta(days=1)
    decisions.approve(commitment, announce_at=later, by=UserFactory(), at=NOON)

    decisions.approve(commitment, announce_at=TOMORROW, event="WTDC", by=ada, at=NOON)

    commitment.refresh_from_db()
    assert (commitment.status, commitment.announce_at) == (S.APPROVED, TOMORROW)
    assert (commitment.announced_at_event, commitment.published_at) == ("WTDC", None)
    assert (commitment.decided_by, commitment.decided_at) == (ada, NOON)
    first, letter = Message.objects.order_by("pk")
    assert (first.status, letter.status) == (MessageStatus.CANCELLED, MessageStatus.QUEUED)
    assert "Tuesday 26 October 2021, 14:00 Geneva (UTC+2)" in letter.body
    assert "WTDC" in letter.body


@pytest.mark.parametrize(
    ("facts", "announce_at", "refusal"),
    [
        ({}, NOON, "must be in the future"),
        ({"publication_consent": False}, TOMORROW, "has not agreed"),
        ({"status": S.APPROVED}, TOMORROW, "no changes to save"),
    ],
)
def test_approval_is_refused(facts, announce_at, refusal):
    commitment = sent(**facts)

    with refused(Refused, match=refusal):
        decisions.approve(commitment, announce_at=announce_at, by=UserFactory(), at=NOON)


def test_approval_that_is_taken_back_is_forgotten_and_the_lead_is_told_why():
    commitment = sent(S.SUBMITTED)
    decisions.approve(commitment, announce_at=TOMORROW, event="WTDC", by=UserFactory(), at=NOON)

    decisions.take_back_approval(commitment, reason="A partner left.", by=UserFactory(), at=NOON)

    commitment.refresh_from_db()
    assert (commitment.announce_at, commitment.announced_at_event) == (None, "")
    assert (commitment.decided_by, commitment.decided_at) == (None, None)
    approval, taking_back = Message.objects.order_by("pk")
    assert approval.status == MessageStatus.CANCELLED
    assert "A partner left." in taking_back.body


def test_decline_keeps_the_reason_and_cancels_the_unsent_question():
    ada, commitment = UserFactory(), sent()
    decisions.ask_for_information(commitment, question="Why?", by=ada, at=NOON)

    decisions.decline(commitment, **REASON, by=ada, at=NOON)

    commitment.refresh_from_db()
    assert (commitment.reason, commitment.decided_by) == (REASON["reason"], ada)
    question, letter = Message.objects.order_by("pk")
    assert question.status == MessageStatus.CANCELLED
    assert REASON["reason"] in letter.body
    thread = f"commitment-{commitment.reference}"
    assert (question.conversations, letter.conversations) == (thread, thread)


def test_withdrawal_stays_public_and_ends_a_change_that_waits():
    commitment = sent(S.PUBLISHED)
    change = proposed(commitment)

    decisions.withdraw(commitment, reason="The law changed.", by=UserFactory(), at=NOON)

    commitment.refresh_from_db()
    change.refresh_from_db()
    assert (commitment.is_public, commitment.reason) == (True, "The law changed.")
    assert (change.status, change.decided_at) == (ChangeStatus.WITHDRAWN, NOON)
    letter = Message.objects.get()
    assert "The law changed." in letter.body
    assert f"/en/commitments/{commitment.reference}/" in letter.body


def test_superseded_commitment_names_the_other_one():
    commitment = sent(S.PUBLISHED)
    other = sent(S.PUBLISHED, lead=commitment.lead, languages=(), title="Skills for all")
    change = proposed(commitment)

    decisions.supersede(commitment, other=other, by=UserFactory(), at=NOON)

    commitment.refresh_from_db()
    change.refresh_from_db()
    assert (commitment.status, commitment.superseded_by) == (S.SUPERSEDED, other)
    assert told(commitment) == [(EventKind.SUPERSEDED, other.reference)]
    assert change.status == ChangeStatus.WITHDRAWN
    assert "Skills for all" in Message.objects.get().body


def test_commitment_is_not_superseded_by_itself_another_lead_or_one_that_is_not_in_force():
    commitment = sent(S.PUBLISHED)
    mine = {"lead": commitment.lead, "languages": ()}
    others = [commitment, sent(S.PUBLISHED), sent(S.SUBMITTED, **mine), sent(S.WITHDRAWN, **mine)]

    for other in others:
        with refused(Refused, match="Choose another published commitment"):
            decisions.supersede(commitment, other=other, by=UserFactory(), at=NOON)
