from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from members.models import UNDECIDED_STATUSES, Call, Category, MemberStatus
from members.services.corrections import correct_answers
from members.services.decisions import reopen, withdraw
from tests.factories import NOON, CallFactory, FocusAreaFactory, MemberFactory, UserFactory
from triage.statistics.models import NO_AREA, StatisticsKind, StatisticsSnapshot
from triage.statistics.services.snapshots import refresh_snapshots

DAY = timedelta(days=1)
ARRIVED, ADMITTED, DECLINED, CLOSED, WITHDRAWN = StatisticsKind


def rows(name, **facts):
    """What the snapshots count: kind, area, value, number."""
    snapshots = StatisticsSnapshot.objects.filter(**facts)
    return sorted(tuple(row) for snapshot in snapshots for row in snapshot.figures[name])


def test_refresh_counts_what_came_by_each_value():
    second = FocusAreaFactory(number=2)
    MemberFactory(country="KE", category=Category.ACADEMIA, first_choice=second)

    refresh_snapshots(at=NOON)

    # The factory's member came the day before NOON.
    assert rows("day") == [(ARRIVED, 2, "2021-10-24", 1)]
    assert rows("category") == [(ARRIVED, 2, "academia", 1)]
    assert rows("country") == [(ARRIVED, 2, "KE", 1)]
    assert rows("working_days") == []


def test_refresh_puts_together_what_has_the_same_values():
    call, third = CallFactory(), FocusAreaFactory(number=3)
    for country, days in (("KE", 5), ("KE", 7), ("TO", 7)):
        MemberFactory(
            call=call,
            country=country,
            status=MemberStatus.ADMITTED,
            focus_area=third,
            submitted_at=NOON - days * DAY,
            decided_at=NOON,
        )

    refresh_snapshots(at=NOON)

    assert rows("day") == [
        (ADMITTED, 3, "2021-10-25", 3),
        (ARRIVED, 1, "2021-10-18", 2),
        (ARRIVED, 1, "2021-10-20", 1),
    ]
    assert rows("country") == [
        (ADMITTED, 3, "KE", 2),
        (ADMITTED, 3, "TO", 1),
        (ARRIVED, 1, "KE", 2),
        (ARRIVED, 1, "TO", 1),
    ]
    assert rows("working_days") == [(ADMITTED, 3, 3, 1), (ADMITTED, 3, 5, 2)]


@pytest.mark.parametrize(
    ("status", "area_number", "took"),
    [
        (MemberStatus.ADMITTED, 3, [5]),
        (MemberStatus.DECLINED, NO_AREA, [5]),
        (MemberStatus.CLOSED, NO_AREA, []),
        (MemberStatus.WITHDRAWN, NO_AREA, []),
    ],
)
def test_refresh_counts_what_became_of_a_member_and_how_long_an_answer_took(
    status, area_number, took
):
    area = FocusAreaFactory(number=3) if area_number else None
    times = {"withdrawn_at": NOON} if status == MemberStatus.WITHDRAWN else {"decided_at": NOON}
    MemberFactory(status=status, focus_area=area, submitted_at=NOON - 7 * DAY, **times)

    refresh_snapshots(at=NOON)

    assert rows("day") == sorted(
        [(ARRIVED, 1, "2021-10-18", 1), (status, area_number, "2021-10-25", 1)]
    )
    assert rows("working_days") == [(status, area_number, days, 1) for days in took]


@pytest.mark.parametrize(
    "status", [status for status in MemberStatus if status != MemberStatus.PENDING]
)
def test_refresh_has_a_kind_for_every_status_but_of_what_waits(status):
    MemberFactory(status=status)

    refresh_snapshots(at=NOON)

    kinds = {kind for kind, *_others in rows("day")}
    assert kinds == {ARRIVED, status} - {*UNDECIDED_STATUSES}


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        # The last Sunday of October has 25 hours in Geneva: from 22:00 UTC to 23:00 UTC.
        (datetime(2021, 10, 30, 21, 59, 59, tzinfo=UTC), "2021-10-30"),
        (datetime(2021, 10, 30, 22, tzinfo=UTC), "2021-10-31"),
        (datetime(2021, 10, 31, 22, 59, 59, tzinfo=UTC), "2021-10-31"),
        # In the grace, when the deadline is over in Geneva.
        (datetime(2021, 10, 31, 23, tzinfo=UTC), "2021-11-01"),
    ],
)
def test_refresh_takes_days_from_genevas_calendar(moment, day):
    MemberFactory(submitted_at=moment, status=MemberStatus.DECLINED, decided_at=moment)

    refresh_snapshots(at=NOON)

    assert rows("day") == [(ARRIVED, 1, day, 1), (DECLINED, NO_AREA, day, 1)]


def test_refresh_counts_a_member_that_withdrew_as_one_that_withdrew_from_its_area():
    area = FocusAreaFactory(number=4)
    member = MemberFactory(status=MemberStatus.ADMITTED, focus_area=area)
    refresh_snapshots(at=NOON)

    withdraw(member=member, by=UserFactory(), at=NOON + DAY)
    refresh_snapshots(at=NOON)

    assert rows("day") == [
        (ARRIVED, 1, "2021-10-24", 1),
        (WITHDRAWN, 4, "2021-10-26", 1),
    ]
    assert rows("working_days") == []


def test_refresh_counts_a_reopened_member_as_undecided():
    member = MemberFactory(status=MemberStatus.DECLINED)
    refresh_snapshots(at=NOON)

    reopen(member=member, by=UserFactory(), at=NOON)
    refresh_snapshots(at=NOON)

    assert rows("day") == [(ARRIVED, 1, "2021-10-24", 1)]
    assert rows("working_days") == []


def test_refresh_follows_a_correction():
    member = MemberFactory(country="KE", category=Category.ACADEMIA)
    refresh_snapshots(at=NOON)

    facts = {
        "country": "TO",
        "category": Category.OTHER,
        "first_choice": FocusAreaFactory(number=2),
    }
    correct_answers(
        member=member, facts=facts, focal_points={}, reason="Typo", by=UserFactory(), at=NOON
    )
    refresh_snapshots(at=NOON)

    assert rows("category") == [(ARRIVED, 2, "other", 1)]
    assert rows("country") == [(ARRIVED, 2, "TO", 1)]


def test_refresh_keeps_calls_apart():
    one, other = MemberFactory(country="KE"), MemberFactory(country="TO")

    refresh_snapshots(at=NOON)

    assert rows("country", call=one.call) == [(ARRIVED, 1, "KE", 1)]
    assert rows("country", call=other.call) == [(ARRIVED, 1, "TO", 1)]


def test_refresh_is_no_change_of_the_member():
    member = MemberFactory()
    versions = member.history.count()

    refresh_snapshots(at=NOON)

    member.refresh_from_db()
    assert (member.version, member.history.count()) == (1, versions)


def test_refresh_says_when_it_counted_and_leaves_what_was_counted_later():
    call = CallFactory()
    refresh_snapshots(at=NOON)
    MemberFactory(call=call)
    refresh_snapshots(at=NOON - DAY)

    assert StatisticsSnapshot.objects.get(call=call).computed_at == NOON
    assert rows("day") == []


def test_refresh_costs_the_same_for_three_and_for_thirty():
    call = CallFactory()
    refresh_snapshots(at=NOON)

    def queries_for(number):
        for _n in range(number):
            MemberFactory(call=call, status=MemberStatus.ADMITTED)
        with CaptureQueriesContext(connection) as queries:
            refresh_snapshots(at=NOON)
        return len(queries)

    # The calls; of each, seven lists, the snapshot and its update.
    expected = 1 + 9 * Call.objects.count()
    assert [queries_for(3), queries_for(30)] == [expected, expected]
