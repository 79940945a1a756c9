from datetime import UTC, date, datetime, timedelta
from itertools import cycle

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from members.models import Call, Category, MemberStatus
from members.services.countries import CountryGroup, Region
from members.services.decisions import reopen, withdraw
from tests.factories import NOON, CallFactory, FocusAreaFactory, MemberFactory, UserFactory
from tests.triage.staff import coordinator, observer, officer
from triage.statistics.models import NO_AREA, StatisticsKind, StatisticsSnapshot
from triage.statistics.services.queries import (
    MAX_BARS,
    MIN_SAMPLE,
    PeriodLength,
    ResponseTimes,
    call_statistics,
    visible_area_numbers,
)
from triage.statistics.services.snapshots import refresh_snapshots

ARRIVED, ADMITTED, DECLINED, CLOSED, WITHDRAWN = StatisticsKind
DAY = timedelta(days=1)
# A call of fourteen days with a grace period, like the circular's. Its last day has 25 hours in
# Geneva.
OPENS, CLOSES = datetime(2021, 10, 17, 22, tzinfo=UTC), datetime(2021, 10, 31, 23, tzinfo=UTC)
AFTERWARDS = datetime(2021, 11, 3, 12, tzinfo=UTC)


@pytest.fixture
def call():
    return CallFactory(
        opens_at=OPENS, closes_at=CLOSES, grace_ends_at=datetime(2021, 11, 1, 12, tzinfo=UTC)
    )


def counted(call, *, areas=None, at=AFTERWARDS):
    refresh_snapshots(at=at)
    return call_statistics(call, areas=areas, at=at)


def only_counts(of):
    """The counts that are not zero."""
    return {thing: dict(counts) for thing, counts in of.items() if counts}


def test_days_are_those_of_the_call_in_geneva_until_today_the_grace_or_the_last_decision(call):
    open_now, closed = counted(call, at=NOON), counted(call)
    MemberFactory(call=call, status=MemberStatus.DECLINED, decided_at=AFTERWARDS)

    decided_later = counted(call)

    days = [stretch.first for stretch in closed.stretches]
    assert closed.step == PeriodLength.DAY
    assert days == [date(2021, 10, 18) + number * DAY for number in range(15)]
    assert open_now.stretches[-1].first == NOON.date()
    assert decided_later.stretches[-1].first == date(2021, 11, 3)
    assert decided_later.stretches[-1].counts == {DECLINED: 1}


@pytest.mark.parametrize(
    ("days", "step", "number"),
    [
        (31, PeriodLength.DAY, 31),
        (32, PeriodLength.WEEK, 5),
        (31 * 7, PeriodLength.WEEK, 31),
        (31 * 7 + 1, PeriodLength.MONTH, 8),
        (365 * 10, PeriodLength.YEAR, 11),
    ],
)
def test_days_are_put_together_where_they_are_too_many(days, step, number):
    monday = datetime(2021, 10, 18, 12, tzinfo=UTC)
    last = monday + (days - 1) * DAY
    call = CallFactory(opens_at=monday, closes_at=last, grace_ends_at=last)
    MemberFactory(call=call, submitted_at=monday)
    MemberFactory(call=call, submitted_at=last - timedelta(hours=1))

    figures = counted(call, at=last)

    assert (figures.step, len(figures.stretches)) == (step, number)
    assert number <= MAX_BARS
    assert (figures.stretches[0].counts, figures.stretches[-1].counts) == (
        {ARRIVED: 1},
        {ARRIVED: 1},
    )


@pytest.mark.parametrize("step", PeriodLength)
def test_stretches_follow_one_another_without_a_gap(step):
    begins = list(step.begins(date(2021, 10, 31), date(2024, 3, 1)))

    assert begins == [step.begin_of(begin) for begin in begins]
    assert all(step.begin_of(step.after(begin) - DAY) == begin for begin in begins)


def test_areas_have_what_chose_them_first_and_what_was_admitted_to_them(call):
    second, third = FocusAreaFactory(number=2), FocusAreaFactory(number=3)
    MemberFactory(call=call, first_choice=second)
    MemberFactory(call=call, first_choice=second, status=MemberStatus.ADMITTED, focus_area=third)
    MemberFactory(call=call, first_choice=third, status=MemberStatus.DECLINED)

    figures = counted(call)

    assert list(figures.by_area) == [1, 2, 3, 4]
    assert only_counts(figures.by_area) == {2: {ARRIVED: 2}, 3: {ARRIVED: 1, ADMITTED: 1}}


def test_every_category_region_and_none_is_counted(call):
    countries = {
        Region.ARB: "SO",
        Region.AFR: "KE",
        Region.AMS: "JM",
        Region.ASP: "TO",
        Region.CIS: "KZ",
        Region.EUR: "GE",
        None: "GL",
    }
    categories = cycle(Category)
    for number, country in enumerate(countries.values(), start=1):
        for _member in range(number):
            MemberFactory(call=call, country=country, category=next(categories))

    figures = counted(call)

    # Of 28 members, the first four categories have one more.
    assert figures.by_category == {
        category: {ARRIVED: 5 if number < 4 else 4} for number, category in enumerate(Category)
    }
    assert list(figures.by_region) == [*Region, None]
    assert figures.by_region == {
        region: {ARRIVED: number} for number, region in enumerate(countries, start=1)
    }


def test_groups_are_counted_each_by_itself(call):
    # Least developed and landlocked; least developed and a small island; none of them.
    for country in ("NE", "TL", "CH"):
        MemberFactory(call=call, country=country)

    figures = counted(call)

    assert only_counts(figures.by_group) == {
        CountryGroup.LDC: {ARRIVED: 2},
        CountryGroup.LLDC: {ARRIVED: 1},
        CountryGroup.SIDS: {ARRIVED: 1},
    }


def test_groups_are_those_of_the_day_of_the_snapshot(call):
    MemberFactory(call=call, country="BH")
    last_day = datetime(2023, 3, 31, 12, tzinfo=UTC)
    refresh_snapshots(at=last_day)
    while_in_group = call_statistics(call, areas=None, at=last_day + 5 * DAY)

    refresh_snapshots(at=last_day + DAY)
    afterwards = call_statistics(call, areas=None, at=last_day + 5 * DAY)

    assert only_counts(while_in_group.by_group) == {CountryGroup.SIDS: {ARRIVED: 1}}
    assert only_counts(afterwards.by_group) == {}


def test_every_status_is_counted_in_every_list(call):
    for status in MemberStatus:
        MemberFactory(call=call, status=status)
    # Of another call.
    MemberFactory()

    figures = counted(call)

    decided = dict.fromkeys([ADMITTED, DECLINED, CLOSED, WITHDRAWN], 1)
    expected = {ARRIVED: len(MemberStatus), **decided}
    for of in (figures.by_category, figures.by_region, {"all": figures.totals}):
        assert list(only_counts(of).values()) == [expected]
    assert sum((s.counts for s in figures.stretches), start=type(figures.totals)()) == expected


def answered_after(call, *days, status=MemberStatus.ADMITTED):
    for number in days:
        decided_at = NOON + number * DAY
        MemberFactory(call=call, status=status, submitted_at=NOON, decided_at=decided_at)


def test_pace_is_exact_in_working_days(call):
    # From a Monday: 0, 1, 2, 3, 4 working days, 4 on both days of the weekend, 5, 6, 7.
    answered_after(call, *range(10))

    figures = counted(call)

    assert figures.pace == ResponseTimes(answers=10, half_within=4, nine_of_ten_within=6)


def test_pace_is_of_what_an_organisation_was_told_and_of_too_few_says_nothing(call):
    answered_after(call, *[1] * (MIN_SAMPLE - 1), status=MemberStatus.DECLINED)
    answered_after(call, *[30] * 10, status=MemberStatus.CLOSED)
    too_few = counted(call)
    answered_after(call, 1)

    figures = counted(call)

    assert too_few.pace == ResponseTimes(MIN_SAMPLE - 1, None, None)
    assert figures.pace == ResponseTimes(MIN_SAMPLE, half_within=1, nine_of_ten_within=1)


def test_areas_of_a_coordinator_are_those_that_they_coordinate_and_no_matter_to_others():
    areas = [FocusAreaFactory(number=number) for number in (4, 2)]
    people = (officer(), observer(), coordinator(*areas), coordinator())

    assert [visible_area_numbers(person) for person in people] == [None, None, [2, 4], []]


def test_figures_of_an_area_are_of_its_members_alone(call):
    second, third = FocusAreaFactory(number=2), FocusAreaFactory(number=3)
    MemberFactory(call=call, first_choice=second)
    MemberFactory(call=call, first_choice=second, status=MemberStatus.DECLINED)
    MemberFactory(call=call, status=MemberStatus.ADMITTED, focus_area=third, country="KE")
    MemberFactory(
        call=call, first_choice=third, status=MemberStatus.ADMITTED, focus_area=second, country="TO"
    )

    figures = counted(call, areas=[2])

    assert figures.totals == {ADMITTED: 1}
    assert only_counts(figures.by_area) == {2: {ADMITTED: 1}}
    assert list(figures.by_area) == [2]
    assert only_counts(figures.by_region) == {Region.ASP: {ADMITTED: 1}}
    assert [s.counts for s in figures.stretches if s.counts] == [{ADMITTED: 1}]
    assert figures.pace.answers == 1


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


def test_refresh_says_when_it_counted_and_leaves_what_was_counted_later(call):
    before = call_statistics(call, areas=None, at=NOON)
    refresh_snapshots(at=NOON)
    MemberFactory(call=call)
    refresh_snapshots(at=NOON - DAY)

    figures = call_statistics(call, areas=None, at=AFTERWARDS)

    assert (before.as_of, figures.as_of) == (None, NOON)
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

    # The calls; for each call seven lists, eleven of the work, the snapshot and its update.
    expected = 1 + 20 * Call.objects.count()
    assert [queries_for(1), queries_for(2)] == [expected, expected]
