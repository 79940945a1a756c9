"""Two runs at once, in real transactions."""

from datetime import timedelta

import pytest

from tests.factories import NOON, CallFactory, MemberFactory, StatisticsSnapshotFactory
from tests.races import POSTGRESQL_ONLY, overtaken
from triage.statistics.models import StatisticsSnapshot
from triage.statistics.services.snapshots import refresh_snapshots

DAY = timedelta(days=1)

pytestmark = POSTGRESQL_ONLY


@pytest.mark.parametrize("is_first_time", [True, False])
def test_figures_of_the_run_that_began_later_stay(is_first_time):
    call = CallFactory()
    if not is_first_time:
        StatisticsSnapshotFactory(call=call, computed_at=NOON - DAY)

    def arrive_and_refresh():
        MemberFactory(call=call, country="KE")
        refresh_snapshots(at=NOON + DAY)

    outcomes = overtaken(
        lambda: refresh_snapshots(at=NOON), arrive_and_refresh, at="triage_statisticssnapshot"
    )

    snapshot = StatisticsSnapshot.objects.get(call=call)
    assert outcomes == (None, None)
    assert snapshot.computed_at == NOON + DAY
    assert snapshot.figures["country"] == [["arrived", 1, "KE", 1]]


def test_one_of_two_runs_that_began_at_once_stays():
    call = MemberFactory(country="KE").call

    outcomes = overtaken(
        lambda: refresh_snapshots(at=NOON),
        lambda: refresh_snapshots(at=NOON),
        at="triage_statisticssnapshot",
    )

    assert outcomes == (None, None)
    assert StatisticsSnapshot.objects.get(call=call).figures["country"] == [["arrived", 1, "KE", 1]]
