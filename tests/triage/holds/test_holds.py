"""What puts an undecided member on hold, and that it always comes back."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from core.conflicts import Conflict, Refused
from core.dates import GENEVA
from members.models import Member, MemberStatus, TimelineEntry, TimelineKind
from members.services.conflicts import WrongStatus
from members.services.notes import MAX_NOTE_LENGTH, add_note
from members.services.opinions import answer_opinion, ask_opinion
from members.services.undo import undo_decision
from tests.factories import (
    NOON,
    CallFactory,
    FocalPointFactory,
    FocusAreaFactory,
    HoldFactory,
    IncomingMailFactory,
    MemberFactory,
    TimelineEntryFactory,
    UserFactory,
)
from tests.members.decisions.files import (
    admit,
    close,
    decline,
    facts,
    refused,
    reopen,
    request_information,
    withdraw,
)
from tests.triage.staff import officer
from triage.desk.services.work_queue import VIEWS, Reader, view_counts, work_queue
from triage.holds.models import Hold, WaitsFor
from triage.holds.services import end_hold, hold, hold_of
from triage.staff_pages.claims import claim_next

# NOON is a Monday.
MONDAY, DAY = date(2021, 10, 25), timedelta(days=1)
LATER = NOON + timedelta(hours=1)


def held(*, member=None, waits_for=WaitsFor.LEGAL, reason="They know the ministry.", **choice):
    """Put a member on hold at noon, and return it."""
    member = member or FocalPointFactory(member__submitted_at=NOON).member
    choice = {"by": UserFactory(), "at": NOON, "waits_for": waits_for, "reason": reason, **choice}
    hold(member=member, **choice)
    return member


def held_by(holder, **choice):
    return held(by=holder, **choice)


def is_on_hold(member, at=LATER):
    """Whether a member is on hold: then it does not need action, and else it does."""
    reader = Reader(user=UserFactory(is_superuser=True), calls=[], at=at)
    found = [
        Member.objects.filter(VIEWS[view].condition(reader), pk=member.pk).exists()
        for view in ("on_hold", "needs_action")
    ]
    assert found in ([True, False], [False, True])
    return found[0]


def test_hold_says_until_when_for_whom_and_why_and_changes_nothing_else():
    member, me = MemberFactory(assignee=UserFactory(), submitted_at=NOON), UserFactory(name="Ada")
    before = facts(member)

    entry = hold(
        member=member,
        waits_for=WaitsFor.DAY,
        ends_on=MONDAY + 7 * DAY,
        reason=" Their assembly\nmeets. ",
        by=me,
        at=NOON,
        version=1,
    )

    assert facts(member) == {**before, "version": 2}
    assert list(TimelineEntry.objects.all()) == [entry]
    note = "A day · Monday 1 November 2021\nTheir assembly\nmeets."
    assert (entry.kind, entry.by_user, entry.is_public, entry.note) == ("held", me, False, note)
    found = hold_of(member, at=NOON)
    assert (found.ends_on, found.waits_for, found.reason) == (
        MONDAY + 7 * DAY,
        "day",
        "Their assembly\nmeets.",
    )


def test_member_on_hold_needs_no_action_and_is_given_to_nobody_but_stays_overdue():
    me = officer()
    call = CallFactory(reply_within_days=1)
    here = FocalPointFactory(member__call=call, member__submitted_at=NOON - 9 * DAY).member
    member = FocalPointFactory(member__call=call, member__submitted_at=NOON - 9 * DAY).member
    reader = Reader(user=me, calls=[call], at=NOON)
    before = view_counts(reader)
    held(member=member)

    counts = view_counts(reader)

    assert {
        name: counts[name] - before[name] for name in counts if counts[name] != before[name]
    } == {
        "needs_action": -1,
        "on_hold": 1,
    }
    assert (counts["overdue"], work_queue(reader).counts["needs_action"]) == (2, 1)
    assert claim_next(Member.objects.order_by("pk"), after=here, by=me, at=NOON) is None


@pytest.mark.parametrize(
    ("within_days", "waited", "ends_on"),
    [
        # Due on Monday 8 November.
        (10, timedelta(), date(2021, 11, 5)),
        (2, timedelta(), date(2021, 10, 26)),
        # One working day before it is due is today, so it comes back when it is due.
        (1, timedelta(), date(2021, 10, 26)),
        # Due today, and overdue.
        (1, timedelta(days=3), date(2021, 11, 1)),
        (10, timedelta(days=60), date(2021, 11, 1)),
    ],
)
@pytest.mark.parametrize("waits_for", [WaitsFor.OPINION, WaitsFor.LEGAL, WaitsFor.REGIONAL_OFFICE])
def test_hold_until_somebody_answers_ends_before_it_is_due(waits_for, within_days, waited, ends_on):
    call = CallFactory(reply_within_days=within_days)
    member = MemberFactory(call=call, submitted_at=NOON - waited)

    held(member=member, waits_for=waits_for)

    assert Hold.objects.get().ends_on == ends_on


def test_hold_counts_from_the_reply_if_there_was_one():
    member = MemberFactory(submitted_at=NOON - 60 * DAY, replied_at=NOON)

    held(member=member)

    assert Hold.objects.get().ends_on == date(2021, 11, 5)


def test_hold_ends_by_itself_at_midnight_in_geneva():
    member = held(waits_for=WaitsFor.DAY, ends_on=MONDAY + DAY)
    midnight = datetime.combine(MONDAY + DAY, time(), tzinfo=ZoneInfo(GENEVA))

    found = [is_on_hold(member, at) for at in (midnight - timedelta(seconds=1), midnight)]

    assert found == [True, False]


@pytest.mark.parametrize(
    ("facts_of_it", "code"),
    [
        ({"ends_on": MONDAY}, "not_later"),
        ({"ends_on": MONDAY - DAY}, "not_later"),
        ({"ends_on": MONDAY + 91 * DAY}, "too_late"),
        ({"ends_on": MONDAY + DAY, "reason": " \n"}, "empty"),
        ({"ends_on": MONDAY + DAY, "reason": "x" * (MAX_NOTE_LENGTH + 1)}, "too_long"),
    ],
)
def test_hold_refuses_a_day_or_a_reason_and_writes_nothing(facts_of_it, code):
    member = MemberFactory(submitted_at=NOON)

    with refused(member, Refused) as raised:
        held(member=member, waits_for=WaitsFor.DAY, **facts_of_it)

    assert (raised.value.code, Hold.objects.exists()) == (code, False)


def test_hold_is_at_most_90_days():
    member = held(waits_for=WaitsFor.DAY, ends_on=MONDAY + 90 * DAY)

    assert is_on_hold(member, NOON + 89 * DAY)


def test_hold_is_refused_while_there_is_one():
    member = held(waits_for=WaitsFor.DAY, ends_on=MONDAY + 7 * DAY)

    with pytest.raises(Refused, match="already on hold until Monday 1 November 2021") as raised:
        held(member=member)

    assert (raised.value.code, Hold.objects.count()) == ("on_hold", 1)


@pytest.mark.parametrize("step", [held, lambda member, **page: end_hold(member=member, **page)])
def test_hold_refuses_a_decided_member_and_an_outdated_page(step):
    page = {"by": UserFactory(), "at": NOON}
    decided, changed = MemberFactory(status=MemberStatus.DECLINED), MemberFactory(version=7)

    with refused(decided, WrongStatus):
        step(member=decided, **page)
    with refused(changed, Conflict):
        step(member=changed, version=6, **page)


def test_hold_ends_by_hand_once():
    member, me = held(), UserFactory()

    entry = end_hold(member=member, by=me, at=LATER, version=2)

    assert (entry.kind, entry.by_user, is_on_hold(member)) == ("hold_ended", me, False)
    with pytest.raises(Refused) as raised:
        end_hold(member=member, by=me, at=LATER)
    assert raised.value.code == "not_on_hold"


def an_opinion(member, _holder):
    colleague = officer()
    ask_opinion(member=member, asked_of=colleague, question="Who?", by=UserFactory(), at=NOON)
    opinion = member.opinion_requests.latest("pk")
    answer_opinion(opinion=opinion, answer="A partner.", by=colleague, at=LATER)


def mail_of_the_organisation(member, _holder):
    IncomingMailFactory(reference=member.reference, received_at=LATER)


def a_note_of_a_colleague(member, _holder):
    add_note(member=member, text="Legal agrees.", by=UserFactory(), at=LATER)


def a_note_of_the_holder(member, holder):
    add_note(member=member, text="Asked again.", by=holder, at=LATER)


def an_opinion_asked(member, holder):
    ask_opinion(member=member, asked_of=officer(), question="Who?", by=holder, at=LATER)


def an_earlier_mail(member, _holder):
    IncomingMailFactory(reference=member.reference, received_at=NOON - DAY)


def mail_of_another_organisation(_member, _holder):
    IncomingMailFactory(reference=MemberFactory().reference, received_at=LATER)


def a_note_about_another(_member, _holder):
    add_note(member=MemberFactory(), text="Legal agrees.", by=UserFactory(), at=LATER)


ANSWERS = [an_opinion, mail_of_the_organisation, a_note_of_a_colleague]


@pytest.mark.parametrize(
    ("event", "ends"),
    [
        *((answer, True) for answer in ANSWERS),
        (a_note_of_the_holder, False),
        (an_opinion_asked, False),
        (an_earlier_mail, False),
        (mail_of_another_organisation, False),
        (a_note_about_another, False),
    ],
)
def test_hold_until_somebody_answers_ends_with_an_answer(event, ends):
    holder = officer()
    member = held_by(holder)

    event(member, holder)

    assert is_on_hold(member) is not ends


@pytest.mark.parametrize("answer", ANSWERS)
def test_hold_until_a_day_waits_for_it_whatever_is_answered(answer):
    holder = officer()
    member = held_by(holder, waits_for=WaitsFor.DAY, ends_on=MONDAY + 7 * DAY)

    answer(member, holder)

    assert is_on_hold(member)


@pytest.mark.parametrize("decide", [admit, decline, close, withdraw, request_information])
def test_decision_ends_a_hold_and_its_undo_brings_it_back(decide, settings):
    member = held(waits_for=WaitsFor.DAY, ends_on=MONDAY + 7 * DAY)
    settings.UNDO_SECONDS = 120

    decide(member, at=LATER)

    assert hold_of(member, at=LATER) is None
    if decide is not withdraw:
        undo_decision(member=member, by=UserFactory(is_superuser=True), at=LATER)
        assert is_on_hold(member)


def test_member_that_is_reopened_is_no_longer_on_hold():
    member = held(waits_for=WaitsFor.DAY, ends_on=MONDAY + 7 * DAY)
    withdraw(member, at=LATER)

    reopen(member, at=LATER)

    assert not is_on_hold(member)


def test_undo_takes_a_hold_back_and_restores_one_that_was_ended(settings):
    settings.UNDO_SECONDS = 120
    member, undoing = held(), {"by": UserFactory(is_superuser=True), "at": NOON}
    undo_decision(member=member, **undoing)
    is_taken_back = not is_on_hold(member, NOON)
    held(member=member)
    # The hold has settled.
    later = NOON + timedelta(minutes=3)
    end_hold(member=member, by=UserFactory(), at=later)

    undo_decision(member=member, by=UserFactory(is_superuser=True), at=later)

    assert (is_taken_back, is_on_hold(member, later)) == (True, True)


def test_undo_of_a_hold_needs_the_permission_to_make_it(settings):
    settings.UNDO_SECONDS = 120
    member = held()

    with pytest.raises(Refused) as raised:
        undo_decision(member=member, by=UserFactory(), at=NOON)

    assert (raised.value.code, is_on_hold(member, NOON)) == ("may_not_undo", True)


def test_only_the_first_line_about_a_hold_is_translated():
    entry = TimelineEntryFactory(
        kind=TimelineKind.HELD, note="Legal affairs · Monday 1 November 2021\nAdmitted: wait."
    )

    entry.note = f"Admitted · 1\n{entry.note}"

    assert entry.note_in_words.split("\n")[1:] == entry.note.split("\n")[1:]


STEPS = st.sampled_from(
    [*ANSWERS, a_note_of_the_holder, an_opinion_asked, "hold", "hold a day", "end", "ask", "undo"]
)


class HoldProperties(TestCase):
    """Whatever happens to a member, in any order."""

    @settings(max_examples=25, deadline=None)
    @given(steps=st.lists(STEPS, max_size=8))
    def test_member_on_hold_needs_no_action_and_comes_back(self, steps):
        FocusAreaFactory()
        holder = officer()
        member = FocalPointFactory(member__submitted_at=NOON).member
        boss = UserFactory(is_superuser=True)
        done = {
            "hold": lambda: held_by(holder, member=member),
            "hold a day": lambda: held_by(
                holder, member=member, waits_for=WaitsFor.DAY, ends_on=MONDAY + 30 * DAY
            ),
            "end": lambda: end_hold(member=member, by=holder, at=NOON),
            "ask": lambda: request_information(member, message=None),
            "undo": lambda: undo_decision(member=member, by=boss, at=NOON),
        }
        with self.settings(UNDO_SECONDS=120):
            for step in steps:
                try:
                    done[step]() if step in done else step(member, holder)
                except Refused:
                    continue
                member.refresh_from_db()
                in_force = Hold.objects.in_force(NOON).filter(entry__member=member)
                assert in_force.count() <= 1
                if member.status == MemberStatus.PENDING:
                    assert is_on_hold(member, NOON) == in_force.exists()

        assert hold_of(member, at=NOON + 30 * DAY) is None


@pytest.mark.parametrize("kind", [TimelineKind.ASSIGNED, TimelineKind.CORRECTED])
def test_other_events_leave_a_hold_in_force(kind):
    hold_in_force = HoldFactory(ends_on=MONDAY + DAY)
    TimelineEntryFactory(member=hold_in_force.entry.member, kind=kind, at=NOON)

    assert is_on_hold(hold_in_force.entry.member, NOON)
