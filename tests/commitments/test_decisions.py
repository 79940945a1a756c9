"""What staff decide about a commitment: each step, each refusal, and the mail."""

from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from django.conf import settings

from commitments.models import ChangeStatus, CommitmentStatus, EventKind
from commitments.services import decisions, publication
from commitments.services.events import CommitmentConflict, WrongStatus
from commitments.services.exceptions import (
    AlreadyAssigned,
    AnnouncementInThePast,
    NoConsent,
    NotAMember,
    NotAReplacement,
    NotAssigned,
)
from core.conflicts import NothingChanged
from members.models import MemberStatus
from outbox.models import Message, MessageStatus
from outbox.services.letters import EditableLetter
from outbox.services.marker_faults import FaultyMarkers
from tests.commitments.desk import TOMORROW, S, facts_of, mail, proposed, sent, told
from tests.factories import NOON, MemberFactory, UserFactory

pytestmark = pytest.mark.django_db
REASON = {"reason": "It is no commitment."}
STEPS = {
    "assign_to_self": (decisions.assign_to_self, {}),
    "release": (decisions.release, {}),
    "ask_for_information": (decisions.ask_for_information, {"question": "How many teachers?"}),
    "approve": (decisions.approve, {"announce_at": TOMORROW + timedelta(days=1)}),
    "take_back_approval": (decisions.take_back_approval, REASON),
    "decline": (decisions.decline, REASON),
    "publish": (publication.publish, {}),
    "withdraw": (decisions.withdraw, REASON),
}
# The status after each step, by the status before; every other one is refused.
OUTCOMES = {
    "assign_to_self": {
        each: each
        for each in (
            S.SUBMITTED,
            S.INFORMATION_REQUESTED,
            S.ANSWERED,
            S.APPROVED,
            S.PUBLISHED,
        )
    },
    "ask_for_information": {
        S.SUBMITTED: S.INFORMATION_REQUESTED,
        S.ANSWERED: S.INFORMATION_REQUESTED,
    },
    "approve": dict.fromkeys(
        (S.SUBMITTED, S.INFORMATION_REQUESTED, S.ANSWERED, S.APPROVED), S.APPROVED
    ),
    "take_back_approval": {S.APPROVED: S.SUBMITTED},
    "decline": dict.fromkeys((S.SUBMITTED, S.INFORMATION_REQUESTED, S.ANSWERED), S.DECLINED),
    "publish": dict.fromkeys(
        (S.SUBMITTED, S.INFORMATION_REQUESTED, S.ANSWERED, S.APPROVED), S.PUBLISHED
    ),
    "withdraw": {S.PUBLISHED: S.WITHDRAWN, S.ENDED: S.WITHDRAWN},
}
OUTCOMES["release"] = OUTCOMES["assign_to_self"]


def steps_on_the_page():
    """Return what docs/lifecycle.md says: the statuses before and after, by step."""
    page = (Path(settings.BASE_DIR) / "docs" / "lifecycle.md").read_text()
    table = page.split("| step of staff | ", 1)[1].split("\n\n", 1)[0]
    found = {}
    for row in table.splitlines()[2:]:
        names, before, after = (cell.strip() for cell in row.strip("| ").split("|"))
        outcome = {each: each if after == "the same" else after for each in before.split(", ")}
        found |= dict.fromkeys(names.replace("`", "").split(", "), outcome)
    return found


def test_page_says_what_each_step_does():
    tested_elsewhere = {
        "supersede": dict.fromkeys((S.PUBLISHED, S.ENDED), S.SUPERSEDED),
        "accept_change": {S.PUBLISHED: S.PUBLISHED},
        "decline_change": {S.PUBLISHED: S.PUBLISHED},
    }

    assert steps_on_the_page() == {**OUTCOMES, **tested_elsewhere}


def step(name, commitment, **more):
    function, arguments = STEPS[name]
    more = {"by": UserFactory(), "at": NOON, **more}
    return partial(function, commitment, **{**arguments, **more})


@pytest.mark.parametrize("name", STEPS)
def test_step_leads_from_each_status_where_the_table_says_and_is_refused_elsewhere(name):
    found, rows = {}, {}
    assignee = UserFactory() if name == "release" else None
    for status in CommitmentStatus:
        commitment = rows[status] = sent(status, assignee=assignee)
        before = facts_of(commitment)
        try:
            step(name, commitment)()
        except WrongStatus:
            assert facts_of(commitment) == before
        else:
            commitment.refresh_from_db()
            found[status] = commitment.status

    assert found == OUTCOMES[name]


@pytest.mark.parametrize("name", STEPS)
def test_step_is_refused_if_the_commitment_changed_since_it_was_opened(name):
    assignee = UserFactory() if name == "release" else None
    commitment = sent(next(iter(OUTCOMES[name])), assignee=assignee)
    decisions.add_note(commitment, text="They called.", by=UserFactory(name="Ada"), at=NOON)
    before = facts_of(commitment)

    with pytest.raises(CommitmentConflict, match="Ada"):
        step(name, commitment, version=commitment.version - 1)()

    assert facts_of(commitment) == before


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

    with pytest.raises(AlreadyAssigned):
        decisions.assign_to_self(hers, by=ada, at=NOON)
    with pytest.raises(NotAssigned):
        decisions.release(nobodys, by=ada, at=NOON)

    assert told(hers) == told(nobodys) == []


def test_note_is_internal_and_causes_no_conflict():
    commitment = sent(S.DECLINED)

    event = decisions.add_note(commitment, text="They called.", by=UserFactory(), at=NOON)

    commitment.refresh_from_db()
    assert (event.kind, event.note, event.is_shared) == ("noted", "They called.", False)
    assert commitment.version == 1
    assert mail() == []


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
    asked = "A question about your commitment: Digital skills for 1,000 teachers"
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
    before = facts_of(commitment)

    with pytest.raises(FaultyMarkers, match="is not replaced by a private link here"):
        decisions.decline(commitment, **REASON, message=letter, by=UserFactory(), at=NOON)

    assert facts_of(commitment) == before
    assert mail() == []


def test_question_is_refused_if_nobody_could_answer():
    commitment = sent(lead=MemberFactory(status=MemberStatus.WITHDRAWN))
    before = facts_of(commitment)

    with pytest.raises(NotAMember):
        decisions.ask_for_information(commitment, question="Why?", by=UserFactory(), at=NOON)

    assert facts_of(commitment) == before


def test_lead_that_is_no_member_gets_no_letter():
    commitment = sent(lead=MemberFactory(status=MemberStatus.WITHDRAWN))

    decisions.decline(commitment, **REASON, by=UserFactory(), at=NOON)

    assert told(commitment) == [(EventKind.DECLINED, REASON["reason"])]
    assert mail() == []


def test_approval_names_the_day_and_the_event():
    ada, commitment = UserFactory(), sent(S.ANSWERED)

    decisions.approve(commitment, announce_at=TOMORROW, event="WTDC", by=ada, at=NOON)

    commitment.refresh_from_db()
    assert (commitment.status, commitment.announce_at) == (S.APPROVED, TOMORROW)
    assert (commitment.announced_at_event, commitment.published_at) == ("WTDC", None)
    assert (commitment.decided_by, commitment.decided_at) == (ada, NOON)
    letter = Message.objects.get()
    assert "Tuesday 26 October 2021, 14:00 Geneva (UTC+2)" in letter.body
    assert "WTDC" in letter.body


def test_approval_for_another_day_replaces_the_unsent_letter():
    commitment = sent(S.APPROVED)
    decisions.approve(
        commitment, announce_at=TOMORROW + timedelta(days=1), by=UserFactory(), at=NOON
    )

    decisions.approve(
        commitment, announce_at=TOMORROW + timedelta(days=2), by=UserFactory(), at=NOON
    )

    assert [each.status for each in Message.objects.order_by("pk")] == [
        MessageStatus.CANCELLED,
        MessageStatus.QUEUED,
    ]


@pytest.mark.parametrize(
    ("facts", "announce_at", "refusal"),
    [
        ({}, NOON, AnnouncementInThePast),
        ({"publication_consent": False}, TOMORROW, NoConsent),
        ({"status": S.APPROVED}, TOMORROW, NothingChanged),
    ],
)
def test_approval_is_refused(facts, announce_at, refusal):
    commitment = sent(**facts)
    before = facts_of(commitment)

    with pytest.raises(refusal):
        decisions.approve(commitment, announce_at=announce_at, by=UserFactory(), at=NOON)

    assert facts_of(commitment) == before


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
    before = facts_of(commitment)

    for other in others:
        with pytest.raises(NotAReplacement):
            decisions.supersede(commitment, other=other, by=UserFactory(), at=NOON)

    assert facts_of(commitment) == before


@pytest.mark.parametrize("status", sorted(set(S) - {S.PUBLISHED, S.ENDED}))
def test_commitment_that_is_not_in_force_is_not_superseded(status):
    commitment = sent(status)
    other = sent(S.PUBLISHED, lead=commitment.lead, languages=())
    before = facts_of(commitment)

    with pytest.raises(WrongStatus):
        decisions.supersede(commitment, other=other, by=UserFactory(), at=NOON)

    assert facts_of(commitment) == before
