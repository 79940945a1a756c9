"""Two officers at once, in real transactions: the second learns what the first did."""

from itertools import product

import pytest

from accounts.models import User
from core.conflicts import Refused
from members.models import (
    ClosingReason,
    GrantedRole,
    Member,
    MemberStatus,
    ReasonGiven,
    SpamSignal,
    TimelineEntry,
    TimelineKind,
)
from members.services.assignment import assign_to_self, clear_spam_flag, reassign, unassign
from members.services.corrections import correct_answers
from members.services.decisions import (
    admit_to_focus_area,
    close_without_letter,
    decline,
    move_to_focus_area,
    record_answer,
    reopen,
    request_information,
    withdraw,
)
from members.services.notes import add_note
from outbox.models import Message
from tests.factories import (
    NOON,
    FocalPointFactory,
    FocusAreaFactory,
    MemberFactory,
    ReasonFactory,
    UserFactory,
)
from tests.races import POSTGRESQL_ONLY, overtaken, without_locks

pytestmark = POSTGRESQL_ONLY


STEPS = {
    "take": assign_to_self,
    "release": unassign,
    "hand_to": lambda **who: reassign(to=colleague(), **who),
    "clear_suspicion": clear_spam_flag,
    "request_information": lambda **who: request_information(missing="More.", **who),
    "record_answer": lambda **who: record_answer(answer="Yes.", **who),
    "admit": lambda **who: admit_to_focus_area(
        focus_area=FocusAreaFactory(number=2), role=GrantedRole.PARTICIPANT, **who
    ),
    "move": lambda **who: move_to_focus_area(
        focus_area=FocusAreaFactory(number=2), role=GrantedRole.PARTICIPANT, **who
    ),
    "decline": decline,
    "close": lambda **who: close_without_letter(reason=ClosingReason.ABANDONED, **who),
    "withdraw": withdraw,
    "reopen": reopen,
    "correct": lambda **who: correct_answers(
        facts={"acronym": "CORRECTED"}, focal_points={}, reason="Typing error.", **who
    ),
}


WRITES_A_LETTER = {"clear_suspicion", "request_information", "admit", "move", "decline"}


DECISIONS = ("admit", "decline", "close", "withdraw", "correct")


# Which steps may meet, by the status that they start from; the rest cannot.
MEETINGS = {
    MemberStatus.PENDING: ("take", "hand_to", "request_information", *DECISIONS),
    MemberStatus.INFORMATION_REQUESTED: ("take", "hand_to", "record_answer", *DECISIONS),
    MemberStatus.ADMITTED: ("move", "withdraw", "correct"),
    MemberStatus.DECLINED: ("reopen", "correct"),
    MemberStatus.CLOSED: ("reopen", "correct"),
    MemberStatus.WITHDRAWN: ("reopen", "correct"),
}


# Files that somebody has, and files that look automatic, beside whatever else may meet there.
HELD = ("release", "hand_to", "admit", "withdraw")


SUSPECT = ("clear_suspicion", "take", "admit", "close")


def colleague():
    """Somebody other than the two officers, and the same for both of them."""
    return User.objects.get(email="colleague@example.org")


def meet(first, second, **facts):
    """Let one step overtake another, of the same version, and say what came of it all."""
    status = facts.get("status", MemberStatus.PENDING)
    area = FocusAreaFactory(number=1) if status == MemberStatus.ADMITTED else None
    member = MemberFactory(focus_area=area, **facts)
    FocalPointFactory(member=member)

    def done_by(step):
        of_their_own, officer = Member.objects.get(pk=member.pk), UserFactory()
        return lambda: STEPS[step](member=of_their_own, by=officer, at=NOON, version=1)

    won, lost = overtaken(done_by(first), done_by(second), at="members_member")

    member.refresh_from_db()
    return {
        "won": isinstance(won, TimelineEntry),
        "refused": isinstance(lost, Refused) and str(lost) != "",
        "timeline": member.timeline.count(),
        "letters": Message.objects.filter(reference=member.reference).count(),
        "version": member.version,
    }


def one_wins(first):
    """What must come of it, where the first of two steps is the one that wins."""
    return {
        "won": True,
        "refused": True,
        "timeline": 1,
        "letters": int(first in WRITES_A_LETTER),
        "version": 2,
    }


def everybody_meets(steps, **facts):
    UserFactory(email="colleague@example.org", is_superuser=True)
    return {
        (first, second): meet(first, second, **facts) for first, second in product(steps, steps)
    }


STANDINGS = {
    **{str(status): (steps, {"status": status}) for status, steps in MEETINGS.items()},
    "suspect": (SUSPECT, {"spam_signal": SpamSignal.values[0]}),
}


@pytest.mark.parametrize(("steps", "facts"), STANDINGS.values(), ids=STANDINGS)
def test_of_two_steps_at_once_one_is_made_and_one_refused(steps, facts):
    met = everybody_meets(steps, **facts)

    assert met == {(first, second): one_wins(first) for first, second in met}


@pytest.mark.parametrize(("steps", "facts"), STANDINGS.values(), ids=STANDINGS)
def test_steps_at_once_need_the_lock(steps, facts):
    with without_locks():
        met = everybody_meets(steps, **facts)

    # Each of them, or this would prove nothing of the pair that comes out well all the same.
    assert [pair for pair, outcome in met.items() if outcome == one_wins(pair[0])] == []


def test_of_two_steps_at_once_on_a_file_that_somebody_has_one_is_made():
    holder = UserFactory()

    met = everybody_meets(HELD, assignee=holder)

    assert met == {(first, second): one_wins(first) for first, second in met}


def test_steps_at_once_on_a_file_that_somebody_has_need_the_lock():
    holder = UserFactory()

    with without_locks():
        met = everybody_meets(HELD, assignee=holder)

    assert [pair for pair, outcome in met.items() if outcome == one_wins(pair[0])] == []


def test_every_step_meets_another():
    met = {step for steps, _facts in STANDINGS.values() for step in steps} | set(HELD)

    assert met == set(STEPS)


def test_step_by_two_at_once_without_a_version_is_made_once():
    UserFactory(email="colleague@example.org", is_superuser=True)

    met = {step: meet_without_a_version(step) for step in STEPS}

    assert met == dict.fromkeys(STEPS, (1, True))


def test_step_by_two_at_once_without_a_version_needs_the_lock():
    UserFactory(email="colleague@example.org", is_superuser=True)

    with without_locks():
        met = {step: meet_without_a_version(step) for step in STEPS}

    assert met == dict.fromkeys(STEPS, (2, False))


def meet_without_a_version(step):
    """Let a step overtake itself, and return how often it was made and whether one was refused."""
    status = next((status for status, steps in MEETINGS.items() if step in steps), "pending")
    member = MemberFactory(
        status=status,
        focus_area=FocusAreaFactory(number=1) if status == MemberStatus.ADMITTED else None,
        assignee=UserFactory() if step == "release" else None,
        spam_signal=SpamSignal.values[0] if step == "clear_suspicion" else "",
    )
    FocalPointFactory(member=member)

    def done_by(officer):
        of_their_own = Member.objects.get(pk=member.pk)
        return lambda: STEPS[step](member=of_their_own, by=officer, at=NOON)

    _won, lost = overtaken(done_by(UserFactory()), done_by(UserFactory()), at="members_member")
    return member.timeline.count(), isinstance(lost, Refused)


def test_note_and_decision_at_once_are_both_made():
    member, officer = MemberFactory(), UserFactory()

    taken, noted = overtaken(
        lambda: assign_to_self(
            member=Member.objects.get(), by=officer, at=NOON, version=member.version
        ),
        lambda: add_note(member=Member.objects.get(), text="They called.", by=officer, at=NOON),
        at="members_member",
    )

    assert (taken.kind, noted.kind) == (TimelineKind.ASSIGNED, TimelineKind.NOTE_ADDED)
    assert Member.objects.get().assignee == officer


def test_two_officers_who_decline_at_once_write_one_letter_with_the_firsts_reasons():
    member = FocalPointFactory().member
    first, second = ReasonFactory(snippet="The first."), ReasonFactory(snippet="The second.")

    def declined_for(reason):
        of_their_own, officer = Member.objects.get(pk=member.pk), UserFactory()
        return lambda: decline(
            member=of_their_own, reasons=[reason], by=officer, at=NOON, version=1
        )

    won, lost = overtaken(declined_for(first), declined_for(second), at="members_member")

    assert (isinstance(won, TimelineEntry), isinstance(lost, Refused)) == (True, True)
    assert [given.text for given in ReasonGiven.objects.all()] == ["The first."]
    assert ["The first." in message.body for message in Message.objects.all()] == [True]
