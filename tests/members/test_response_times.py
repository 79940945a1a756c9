from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from focus_areas.models import FocusArea
from members.models import FIRST_RESPONSE_KINDS, Call, Member, MemberStatus, TimelineKind
from members.services import response_times
from members.services.response_times import (
    MIN_SAMPLE,
    WINDOW,
    due_this_week_q,
    is_past_due,
    is_response_overdue,
    median_response_days,
    overdue_cutoff,
    overdue_q,
    response_due_on,
    working_days_between,
)
from tests.factories import NOON, CallFactory, MemberFactory, TimelineEntryFactory

# NOON is a Monday.
MONDAY, FRIDAY, SATURDAY, SUNDAY = (NOON + timedelta(days=days) for days in (0, 4, 5, 6))
WEEK, DAY = timedelta(days=7), timedelta(days=1)


def answered(after, kind=TimelineKind.ADMITTED, at=NOON):
    """A member with a first answer after a given time, and that answer."""
    return TimelineEntryFactory(member__submitted_at=at - after, kind=kind, at=at)


@pytest.mark.parametrize(
    ("start", "end", "days"),
    [
        (MONDAY, MONDAY, 0),
        (MONDAY, MONDAY + timedelta(days=1), 1),
        (MONDAY, FRIDAY, 4),
        (FRIDAY, MONDAY + WEEK, 1),
        (FRIDAY, SUNDAY, 0),
        (SATURDAY, MONDAY + WEEK, 1),
        (SUNDAY, SUNDAY + WEEK, 5),
        (MONDAY, MONDAY + 52 * WEEK, 260),
        # Monday, 23:30 UTC, is Tuesday in Geneva.
        (MONDAY.replace(hour=23), MONDAY + timedelta(days=1), 0),
    ],
)
def test_working_days_are_monday_to_friday_in_geneva(start, end, days):
    assert working_days_between(start, end) == days


@pytest.mark.parametrize(
    ("submitted_at", "within", "day"),
    [
        (MONDAY, 1, date(2021, 10, 26)),
        (MONDAY, 10, date(2021, 11, 8)),
        (FRIDAY, 1, date(2021, 11, 1)),
        (SATURDAY, 1, date(2021, 11, 1)),
        (SUNDAY, 5, date(2021, 11, 5)),
        (MONDAY, 0, date(2021, 10, 25)),
        (SATURDAY, 0, date(2021, 10, 30)),
        (datetime(2021, 10, 31, 23, 30, tzinfo=UTC), 1, date(2021, 11, 2)),
    ],
)
def test_last_day_to_answer_is_so_many_working_days_later(submitted_at, within, day):
    assert response_due_on(submitted_at, within_days=within) == day


@pytest.mark.parametrize("within", [1, 4, 5, 6, 10, 300])
def test_last_day_to_answer_is_within_the_promise_and_the_next_working_day_is_not(within):
    starts = [MONDAY + timedelta(days=days) for days in range(7)]

    last_days = [response_due_on(start, within_days=within) for start in starts]

    noons = [datetime(day.year, day.month, day.day, 12, tzinfo=UTC) for day in last_days]
    assert [working_days_between(*each) for each in zip(starts, noons, strict=True)] == [within] * 7
    assert max(day.weekday() for day in last_days) < 5


def test_overdue_is_what_the_last_day_is_over_for_in_geneva():
    last_day = date(2021, 10, 25)

    assert not is_past_due(last_day, at=datetime(2021, 10, 25, 21, 59, tzinfo=UTC))
    assert is_past_due(last_day, at=datetime(2021, 10, 25, 22, 0, tzinfo=UTC))


@pytest.mark.parametrize("within", [0, 1, 4, 5, 10, 300])
def test_overdue_is_what_came_before_the_instant_that_tells_it(within):
    # The second week begins with the day of 25 hours.
    for days in range(14):
        at = NOON + timedelta(days=days)

        before = overdue_cutoff(within_days=within, at=at)

        came = [before - timedelta(microseconds=1), before]
        last_days = [response_due_on(moment, within_days=within) for moment in came]
        assert [is_past_due(day, at=at) for day in last_days] == [True, False]


def test_half_is_the_median_of_the_first_answers_and_of_nothing_else():
    for weeks in range(MIN_SAMPLE):
        first = answered(weeks * WEEK, kind=FIRST_RESPONSE_KINDS[weeks % 3], at=NOON - DAY)
        TimelineEntryFactory(member=first.member, kind=TimelineKind.ADMITTED, at=NOON)
        answered(9 * WEEK, kind=TimelineKind.CLOSED)

    # 0, 5, 10, … 45: half of them took 25 days or less.
    assert median_response_days(at=NOON) == 25


@pytest.mark.parametrize(
    ("number", "at"),
    [
        (MIN_SAMPLE - 1, NOON),
        (MIN_SAMPLE, NOON - WINDOW),
        (MIN_SAMPLE, NOON + timedelta(seconds=1)),
    ],
    ids=["too few", "long past", "to come"],
)
def test_half_of_too_few_in_the_window_says_nothing(number, at):
    for _n in range(number):
        answered(WEEK, at=at)

    assert median_response_days(at=NOON) is None


def test_half_is_of_the_latest_by_one_query_that_is_bounded(monkeypatch):
    monkeypatch.setattr(response_times, "MAX_SAMPLE", MIN_SAMPLE)
    for number in range(MIN_SAMPLE):
        answered(WEEK, at=NOON - timedelta(minutes=number))
        answered(4 * WEEK, at=NOON - timedelta(days=7))

    with CaptureQueriesContext(connection) as queries:
        half = median_response_days(at=NOON)

    assert half == 5
    assert len(queries) == 1
    assert f"LIMIT {MIN_SAMPLE}" in queries[0]["sql"]


@pytest.mark.parametrize(
    ("due", "at"),
    [
        # Of five members that are due from Friday to Tuesday, by the day on which it is asked.
        (["Friday"], NOON + timedelta(days=3)),
        (["Friday"], NOON + timedelta(days=4)),
        ([], NOON + timedelta(days=5)),
        (["Monday", "Tuesday", "Reply"], NOON + timedelta(days=7)),
        (["Tuesday", "Reply"], NOON + timedelta(days=8)),
        ([], NOON + timedelta(days=14)),
        # In Geneva it is Monday.
        (["Monday", "Tuesday", "Reply"], datetime(2021, 10, 31, 23, 30, tzinfo=UTC)),
    ],
)
def test_due_this_week_keeps_the_members_that_are_due_from_today_to_sunday(due, at):
    call = CallFactory(reply_within_days=5)
    arrived = {"Friday": -3, "Monday": 0, "Tuesday": 1}
    for name, day in arrived.items():
        MemberFactory(organisation_name=name, call=call, submitted_at=NOON + timedelta(days=day))
    replied = {"submitted_at": NOON - WEEK * 4, "replied_at": NOON + timedelta(days=1)}
    MemberFactory(organisation_name="Reply", call=call, **replied)
    MemberFactory(
        organisation_name="Asked",
        call=call,
        status=MemberStatus.INFORMATION_REQUESTED,
        submitted_at=NOON,
    )

    members = Member.objects.filter(due_this_week_q(calls=Call.objects.all(), at=at))

    names = members.order_by("submitted_at").values_list("organisation_name", flat=True)
    assert sorted(names) == sorted(due)


@pytest.mark.parametrize(
    ("within", "day"),
    [
        # From a Monday, a Friday and a Sunday.
        *((0, 0), (0, 6), (1, 4), (5, 0), (5, 4), (5, 6), (10, 4), (30, 6)),
    ],
)
def test_waiting_too_long_keeps_the_members_that_have_waited_too_long(within, day):
    at = NOON + timedelta(days=day, hours=11)
    call = CallFactory(reply_within_days=within)
    other = CallFactory(reply_within_days=3)
    facts = []
    for days in range(50):
        came = {"submitted_at": at - timedelta(days=days)}
        facts.append({"call": call if days % 3 else other, **came})
        if days % 5 == 0:
            facts += [
                {"call": call, "submitted_at": at - 90 * DAY, "replied_at": at - days * DAY},
                {"call": call, "status": MemberStatus.INFORMATION_REQUESTED, **came},
            ]
            MemberFactory(call=call, status=MemberStatus.ADMITTED, **came)
    area = FocusArea.objects.get(number=1)
    Member.objects.bulk_create(MemberFactory.build(first_choice=area, **each) for each in facts)

    kept = set(Member.objects.filter(overdue_q(calls=Call.objects.all(), at=at)))

    members = Member.objects.with_waiting_since().select_related("call")
    assert kept == {member for member in members if is_response_overdue(member, at=at)}
    assert kept
    assert {member.status for member in kept} == {MemberStatus.PENDING}


def test_nothing_waits_too_long_where_there_is_no_call():
    assert list(Member.objects.filter(overdue_q(calls=[], at=NOON))) == []
