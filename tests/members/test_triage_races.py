"""Two colleagues at once, in real transactions: the second learns what the first did."""

from itertools import product

import pytest
from django.db import IntegrityError

from accounts.models import User
from members.correction import correct_facts
from members.follow_up import NotWrittenAgain, write_again
from members.links import LinkRefused, Purpose, focal_point_of
from members.locking import Refused
from members.models import (
    ClosingReason,
    FocalPoint,
    GrantedRole,
    LetterDraft,
    LetterOf,
    Member,
    MemberStatus,
    Reason,
    ReasonGiven,
    Suspicion,
    TimelineEntry,
    TimelineKind,
)
from members.people import LinksRevokedAlready, revoke_links
from members.triage import (
    WrongStatus,
    admit_to_focus_area,
    clear_suspicion,
    close,
    decline,
    hand_to,
    move_to_focus_area,
    note,
    record_answer,
    release,
    reopen,
    request_information,
    take,
    withdraw,
)
from members.triage.letter_drafts import SavedMeanwhile, keep_letter_draft
from outbox.models import Message, MessageStatus
from outbox.queueing import AlreadyQueued
from tests.factories import (
    NOON,
    FocalPointFactory,
    FocusAreaFactory,
    MemberFactory,
    MessageFactory,
    ReasonFactory,
    UserFactory,
)
from tests.races import ON_POSTGRESQL, overtaken, without_locks

pytestmark = ON_POSTGRESQL

STEPS = {
    "take": take,
    "release": release,
    "hand_to": lambda **who: hand_to(to=colleague(), **who),
    "clear_suspicion": clear_suspicion,
    "request_information": lambda **who: request_information(missing="More.", **who),
    "record_answer": lambda **who: record_answer(answer="Yes.", **who),
    "admit": lambda **who: admit_to_focus_area(
        focus_area=FocusAreaFactory(number=2), role=GrantedRole.PARTICIPANT, **who
    ),
    "move": lambda **who: move_to_focus_area(
        focus_area=FocusAreaFactory(number=2), role=GrantedRole.PARTICIPANT, **who
    ),
    "decline": decline,
    "close": lambda **who: close(reason=ClosingReason.ABANDONED, **who),
    "withdraw": withdraw,
    "reopen": reopen,
    "correct": lambda **who: correct_facts(
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
    "suspect": (SUSPECT, {"suspicion": Suspicion.values[0]}),
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
        suspicion=Suspicion.values[0] if step == "clear_suspicion" else "",
    )
    FocalPointFactory(member=member)

    def done_by(officer):
        of_their_own = Member.objects.get(pk=member.pk)
        return lambda: STEPS[step](member=of_their_own, by=officer, at=NOON)

    _won, lost = overtaken(done_by(UserFactory()), done_by(UserFactory()), at="members_member")
    return member.timeline.count(), isinstance(lost, Refused)


# Focal points on the page of their EOI, at the moment at which somebody else acts.


def asked_member(status=MemberStatus.INFORMATION_REQUESTED):
    area = FocusAreaFactory(number=1) if status == MemberStatus.ADMITTED else None
    member = MemberFactory(status=status, focus_area=area, assignee=UserFactory())
    for is_alternate in (False, True):
        FocalPointFactory(member=member, is_alternate=is_alternate)
    return member


def by_focal_point(step, member, *, is_alternate=False):
    person = FocalPoint.objects.get(member=member, is_alternate=is_alternate)
    return lambda: STEPS[step](member=Member.objects.get(pk=member.pk), by=person, at=NOON)


def by_officer(step, member):
    officer, of_their_own = UserFactory(), Member.objects.get(pk=member.pk)
    return lambda: STEPS[step](member=of_their_own, by=officer, at=NOON)


def what_came_of(member, outcomes):
    """Who was refused, what stands on the timeline, and how many mails of each kind there are."""
    member.refresh_from_db()
    kinds = [topic.split("/")[1] for topic in Message.objects.values_list("topic", flat=True)]
    return (
        [isinstance(outcome, Refused) for outcome in outcomes],
        list(member.timeline.order_by("pk").values_list("kind", flat=True)),
        sorted(kinds),
    )


def both_answer():
    member = asked_member()
    outcomes = overtaken(
        by_focal_point("record_answer", member),
        by_focal_point("record_answer", member, is_alternate=True),
        at="members_member",
    )
    return what_came_of(member, outcomes)


def test_answer_of_both_focal_points_at_once_is_one_answer():
    assert both_answer() == ([False, True], ["answered"], ["answered"])


def test_answer_of_both_focal_points_at_once_needs_the_lock():
    with without_locks():
        assert both_answer() == ([False, False], ["answered"] * 2, ["answered"] * 2)


def test_answer_that_a_decision_overtakes_follows_it_or_is_refused():
    answered, decided = asked_member(), asked_member()

    first = overtaken(
        by_focal_point("record_answer", answered), by_officer("decline", answered),
        at="members_member",
    )  # fmt: skip
    second = overtaken(
        by_officer("decline", decided), by_focal_point("record_answer", decided),
        at="members_member",
    )  # fmt: skip

    # An answer first is read with the file; a decision first keeps the answer out.
    assert what_came_of(answered, first)[:2] == ([False, False], ["answered", "declined"])
    assert what_came_of(decided, second)[:2] == ([False, True], ["declined"])


def withdrawn_and_admitted(first_withdraws):
    member = asked_member(MemberStatus.PENDING)
    withdraws, admits = by_focal_point("withdraw", member), by_officer("admit", member)
    deeds = (withdraws, admits) if first_withdraws else (admits, withdraws)
    outcomes = overtaken(*deeds, at="members_member")
    refused, timeline, _mails = what_came_of(member, outcomes)
    waiting = Message.objects.filter(reference=member.reference, status=MessageStatus.QUEUED)
    kinds = sorted({topic.split("/")[1] for topic in waiting.values_list("topic", flat=True)})
    return refused, timeline, member.status, kinds


def test_withdrawal_and_admission_at_once_leave_no_welcome_to_who_has_left():
    assert withdrawn_and_admitted(first_withdraws=True) == (
        [False, True], ["withdrawn"], MemberStatus.WITHDRAWN, ["withdrawn"],
    )  # fmt: skip
    assert withdrawn_and_admitted(first_withdraws=False) == (
        [False, False], ["admitted", "withdrawn"], MemberStatus.WITHDRAWN, ["withdrawn"],
    )  # fmt: skip


# Links revoked, and an address corrected, while a letter that carries them is written.


def letters_whose_links_do_not_work():
    queued = Message.objects.filter(status=MessageStatus.QUEUED)
    return [message for message in queued if not works(message)]


def works(message):
    token = message.private_page.rstrip("/").rpartition("/")[2]
    try:
        return focal_point_of(token, Purpose.WORKING_GROUP).email == message.recipient
    except LinkRefused:
        return False


def admission_and_its_overtaking(other):
    """Admit a member, and do something else while the letter is written; return the letters."""
    area, officer = FocusAreaFactory(number=1), UserFactory()
    person = FocalPointFactory(member=MemberFactory(), email="before@example.org")
    member = Member.objects.get(pk=person.member_id)

    outcomes = overtaken(
        lambda: admit_to_focus_area(
            member=member, focus_area=area, role=GrantedRole.PARTICIPANT, by=officer, at=NOON
        ),
        lambda: other(FocalPoint.objects.get(pk=person.pk), officer),
        at="outbox_message",
    )
    return [outcome for outcome in outcomes if not isinstance(outcome, TimelineEntry)]


def revoke(person, officer):
    return revoke_links(focal_point=person, link_version=person.link_version, by=officer, at=NOON)


def correct_the_address(person, officer):
    return correct_facts(
        member=person.member,
        facts={},
        focal_points={person.pk: {"email": "after@example.org"}},
        reason="New address.",
        by=officer,
        at=NOON,
    )


@pytest.mark.parametrize("other", [revoke, correct_the_address])
def test_no_letter_goes_out_with_links_that_were_revoked_while_it_was_written(other):
    assert admission_and_its_overtaking(other) == []

    assert letters_whose_links_do_not_work() == []


@pytest.mark.parametrize("other", [revoke, correct_the_address])
def test_letters_with_links_need_the_lock(other):
    with without_locks():
        admission_and_its_overtaking(other)

    assert letters_whose_links_do_not_work() != []


def revoked_by_two():
    person, officer = FocalPointFactory(), UserFactory()

    def revoke_it():
        of_their_own = FocalPoint.objects.get(pk=person.pk)
        return lambda: revoke(of_their_own, officer)

    won, lost = overtaken(revoke_it(), revoke_it(), at="members_focalpoint")
    return type(won), type(lost), person.member.timeline.count()


def test_revoke_links_by_two_at_once_revokes_once():
    assert revoked_by_two() == (TimelineEntry, LinksRevokedAlready, 1)


def test_revoke_links_by_two_at_once_needs_the_lock():
    with without_locks():
        assert revoked_by_two() == (TimelineEntry, TimelineEntry, 2)


# A message written again by two.


def written_again_by_two():
    """Write a message again, and again in between; return what came of each."""
    person = FocalPointFactory()
    message = MessageFactory(
        topic=f"{person.member.reference}/received/entry-1/focal-point-{person.pk}",
        status=MessageStatus.FAILED,
    )

    def write(officer):
        of_their_own = Message.objects.get(pk=message.pk)
        return lambda: write_again(message=of_their_own, times=0, by=officer, at=NOON)

    outcomes = overtaken(write(UserFactory()), write(UserFactory()), at="outbox_message")
    return outcomes, list(message.written_again_as.all())


def test_write_again_by_two_at_once_is_one_message():
    (won, lost), written = written_again_by_two()

    assert isinstance(lost, NotWrittenAgain)
    assert written == [won]


def test_write_again_by_two_at_once_needs_the_lock():
    with without_locks():
        (late, _early), _written = written_again_by_two()

    # The topic, which is unique, keeps it from being written twice; the sentence is another.
    assert isinstance(late, AlreadyQueued)


def test_note_and_decision_at_once_are_both_made():
    member, officer = MemberFactory(), UserFactory()

    taken, noted = overtaken(
        lambda: take(member=Member.objects.get(), by=officer, at=NOON, version=member.version),
        lambda: note(member=Member.objects.get(), text="They called.", by=officer, at=NOON),
        at="members_member",
    )

    assert (taken.kind, noted.kind) == (TimelineKind.TAKEN, TimelineKind.NOTED)
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


def test_reason_edited_while_it_is_given_is_told_as_the_officer_read_it():
    member = FocalPointFactory().member
    reason = ReasonFactory(snippet="As it was.")
    read, officer = Reason.objects.get(pk=reason.pk), UserFactory()

    def edit():
        edited = Reason.objects.get(pk=reason.pk)
        edited.snippet_en = "As it is."
        edited.save()

    overtaken(
        lambda: decline(member=member, reasons=[read], by=officer, at=NOON, version=1),
        edit,
        at="members_reasongiven",
    )

    reason.refresh_from_db()
    assert reason.snippet_en == "As it is."
    assert ReasonGiven.objects.get().text == "As it was."
    assert "As it was." in Message.objects.get().body


def drafts_of_two_windows():
    """Save two drafts of one letter at once, neither of which knows of the other."""
    member, officer = FocalPointFactory().member, UserFactory()

    def saved(words):
        of_their_own = Member.objects.get(pk=member.pk)
        return lambda: keep_letter_draft(
            member=of_their_own,
            decision=LetterOf.DECLINE,
            typed=f"body={words}",
            in_place_of=0,
            by=officer,
            at=NOON,
        )

    return overtaken(saved("first"), saved("second"), at="members_letterdraft")


def test_of_two_windows_that_save_a_draft_at_once_the_second_is_asked():
    won, lost = drafts_of_two_windows()

    assert (won.typed, type(lost)) == ("body=first", SavedMeanwhile)
    assert LetterDraft.objects.get().typed == "body=first"


def test_of_two_windows_that_save_a_draft_at_once_the_lock_lets_one_wait():
    with without_locks():
        outcomes = drafts_of_two_windows()

    assert [type(outcome) for outcome in outcomes].count(IntegrityError) == 1
    assert LetterDraft.objects.count() == 1


def test_draft_saved_while_a_colleague_decides_is_not_kept():
    member = FocalPointFactory().member
    theirs, mine = (Member.objects.get(pk=member.pk) for _number in range(2))
    me, grace = UserFactory(), UserFactory()

    _won, lost = overtaken(
        lambda: decline(member=theirs, by=grace, at=NOON),
        lambda: keep_letter_draft(
            member=mine, decision=LetterOf.DECLINE, typed="", in_place_of=0, by=me, at=NOON
        ),
        at="members_member",
    )

    assert isinstance(lost, WrongStatus)
    assert list(LetterDraft.objects.all()) == []


def noted_by_two_clicks():
    """Send a note twice at once from one page, and return how many there are."""
    member, by = MemberFactory(), UserFactory()

    def click():
        return note(
            member=Member.objects.get(pk=member.pk), text="They called.", after=0, by=by, at=NOON
        )

    overtaken(click, click, at="members_timelineentry")
    return TimelineEntry.objects.filter(kind=TimelineKind.NOTED).count()


def test_note_of_two_clicks_at_once_is_one_note():
    assert noted_by_two_clicks() == 1


def test_note_of_two_clicks_at_once_needs_the_lock():
    with without_locks():
        assert noted_by_two_clicks() == 2
