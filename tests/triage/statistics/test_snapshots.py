from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from members.models import Call, MemberStatus
from members.services.decisions import reopen, withdraw
from tests.factories import NOON, CallFactory, FocusAreaFactory, MemberFactory, UserFactory
from triage.statistics.models import NO_AREA, StatisticsKind, StatisticsSnapshot
from triage.statistics.services.snapshots import refresh_snapshots

DAY = timedelta(days=1)
ARRIVED, ADMITTED, DECLINED, CLOSED, WITHDRAWN = StatisticsKind


def rows(name, **facts):
    """The rows of the snapshots: kind, area, value, count."""
    snapshots = StatisticsSnapshot.objects.filter(**facts)
    return sorted(tuple(row) for snapshot in snapshots for row in snapshot.figures[name])


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        # The last Sunday of October has 25 hours in Geneva: from 22:00 UTC to 23:00 UTC.
        (datetime(2021, 10, 30, 21, 59, 59, tzinfo=UTC), "2021-10-30"),
        (datetime(2021, 10, 30, 22, tzinfo=UTC), "2021-10-31"),
        (datetime(2021, 10, 31, 22, 59, 59, tzinfo=UTC), "2021-10-31"),
        # In the grace period, after the deadline in Geneva.
        (datetime(2021, 10, 31, 23, tzinfo=UTC), "2021-11-01"),
    ],
)
def test_refresh_takes_days_from_genevas_calendar(moment, day):
    MemberFactory(submitted_at=moment, status=MemberStatus.DECLINED, decided_at=moment)

    refresh_snapshots(at=NOON)

    assert rows("day") == [(ARRIVED, 1, day, 1), (DECLINED, NO_AREA, day, 1)]


def test_refresh_counts_anew_a_member_that_withdrew_from_its_area_and_one_that_was_reopened():
    call, area = CallFactory(), FocusAreaFactory(number=4)
    admitted = MemberFactory(call=call, status=MemberStatus.ADMITTED, focus_area=area)
    declined = MemberFactory(call=call, status=MemberStatus.DECLINED)
    refresh_snapshots(at=NOON)

    withdraw(member=admitted, by=UserFactory(), at=NOON + DAY)
    reopen(member=declined, by=UserFactory(), at=NOON)
    refresh_snapshots(at=NOON)

    assert rows("day") == [(ARRIVED, 1, "2021-10-24", 2), (WITHDRAWN, 4, "2021-10-26", 1)]
    assert rows("working_days") == []


def test_refresh_says_when_it_counted_and_leaves_what_was_counted_later():
    call = CallFactory()
    refresh_snapshots(at=NOON)
    MemberFactory(call=call)
    refresh_snapshots(at=NOON - DAY)

    assert StatisticsSnapshot.objects.get(call=call).computed_at == NOON
    assert rows("day") == []


def test_refresh_costs_the_same_for_one_and_for_three():
    call = CallFactory()
    refresh_snapshots(at=NOON)

    def queries_for(number):
        for _n in range(number):
            MemberFactory(call=call, status=MemberStatus.ADMITTED)
        with CaptureQueriesContext(connection) as queries:
            refresh_snapshots(at=NOON)
        return len(queries)

    # The calls; for each call seven lists, the snapshot and its update.
    expected = 1 + 9 * Call.objects.count()
    assert [queries_for(1), queries_for(2)] == [expected, expected]
