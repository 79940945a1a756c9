"""The kinds of hours, and proposals, also against a search over every start and every pair."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import combinations
from time import process_time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from core.time_zones import all_zones
from meetings.services.fair_hours import Aim, FairHours, full_hours, noon_of
from meetings.services.hours import HourKind, hour_kind, worst_hour_kind

GENEVA = "Europe/Zurich"
TUESDAY, FRIDAY = date(2021, 11, 9), date(2021, 11, 12)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
WORK, AWAKE, ASLEEP = HourKind
MONDAY = datetime(2021, 11, 1, tzinfo=UTC)
ZONES = (
    GENEVA,
    "UTC",
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "America/St_Johns",
    "America/Los_Angeles",
    "Pacific/Fiji",
    "Pacific/Kiritimati",
    "Pacific/Pago_Pago",
    "Africa/Casablanca",
)
# Days on which clocks change somewhere, and others.
DAYS = (
    date(2021, 3, 28),
    date(2021, 10, 31),
    date(2021, 3, 14),
    date(2021, 11, 7),
    date(2021, 4, 4),
    date(2021, 10, 3),
    TUESDAY,
    FRIDAY,
)


def hours_of(people, day=TUESDAY, zone=GENEVA, length=HOUR):
    return FairHours(people, day=day, zone=zone, length=length)


def proposed(people, *, near=None, **facts):
    hours = hours_of(people, **facts)
    return hours.proposals(near=near or noon_of(facts.get("day", TUESDAY), GENEVA))


def local(moment, zone=GENEVA):
    return f"{moment.astimezone(ZoneInfo(zone)):%H:%M}"


def clocks(proposal):
    return [local(start) for start in proposal.starts]


@pytest.mark.parametrize(
    ("clock", "weekday", "weekend"),
    [
        (time(0), ASLEEP, ASLEEP),
        (time(6, 59), ASLEEP, ASLEEP),
        (time(7), AWAKE, AWAKE),
        (time(7, 59), AWAKE, AWAKE),
        (time(8), WORK, AWAKE),
        (time(17, 59), WORK, AWAKE),
        (time(18), AWAKE, AWAKE),
        (time(21, 59), AWAKE, AWAKE),
        (time(22), ASLEEP, ASLEEP),
    ],
)
def test_hour_kind_follows_local_time_and_weekday(clock, weekday, weekend):
    kinds = [hour_kind(datetime.combine(MONDAY + day * DAY, clock)) for day in range(7)]

    assert kinds == [weekday] * 5 + [weekend] * 2


@pytest.mark.parametrize(
    ("hour", "lasts", "zone", "kind"),
    [
        (8, 10 * HOUR, "UTC", WORK),
        (8, 10 * HOUR + MINUTE, "UTC", AWAKE),
        (21, HOUR, "UTC", AWAKE),
        (21, HOUR + MINUTE, "UTC", ASLEEP),
        (6, 2 * HOUR, "UTC", ASLEEP),
        # Both ends are in the day, the night is between them.
        (17, 16 * HOUR, "UTC", ASLEEP),
        # Monday, 21:00 in UTC is Tuesday, 10:00 in Auckland.
        (21, HOUR, "Pacific/Auckland", WORK),
    ],
)
def test_worst_hour_kind_looks_at_start_and_end_in_the_zone(hour, lasts, zone, kind):
    starts_at = MONDAY + hour * HOUR

    assert worst_hour_kind(starts_at, starts_at + lasts, zone) == kind


@pytest.mark.parametrize(
    ("day", "zone", "number"),
    [
        (TUESDAY, GENEVA, 24),
        (date(2021, 3, 28), GENEVA, 23),
        (date(2021, 10, 31), GENEVA, 25),
        # Half an hour is skipped, and occurs twice: every full hour is there once.
        (date(2021, 10, 3), "Australia/Lord_Howe", 23),
        (date(2021, 4, 4), "Australia/Lord_Howe", 24),
        # A day that was skipped when the date line moved.
        (date(2011, 12, 30), "Pacific/Apia", 0),
    ],
)
def test_day_has_23_to_25_full_hours(day, zone, number):
    hours = full_hours(day, zone)

    assert len(hours) == number
    assert {hour.astimezone(ZoneInfo(zone)).minute for hour in hours} <= {0}
    assert hours_of({}, day=day, zone=zone).proposals(near=datetime.now(UTC)) == []


def test_hour_that_occurs_twice_is_shown_but_not_proposed():
    people, day = {"America/New_York": 1}, date(2021, 10, 31)
    hours = hours_of(people, day=day)
    two = [hour for hour in hours.hours if local(hour.starts_at) == "02:00"]

    assert [hour.can_be_typed for hour in two] == [False, False]
    # It is Saturday evening in New York. The nearest start that a form accepts is proposed.
    [proposal] = hours.proposals(near=two[0].starts_at)
    assert clocks(proposal) == ["00:00"]


@pytest.mark.parametrize(("hours", "start"), [(0, "12:00"), (4, "16:00")])
def test_start_nearest_to_the_typed_one_meets_both_aims_for_people_of_one_zone(hours, start):
    [proposal] = proposed({GENEVA: 1}, near=noon_of(TUESDAY, GENEVA) + hours * HOUR)

    assert (clocks(proposal), proposal.aims) == ([start], [Aim.AT_WORK, Aim.AWAKE])
    assert (proposal.reach.at_work, proposal.asleep) == (1, {})


def test_people_far_apart_get_two_starts_and_a_pair_of_sittings():
    people = {GENEVA: 10, "Pacific/Auckland": 4, "America/Los_Angeles": 3}

    most_at_work, fewest_asleep, pair = proposed(people)

    assert (clocks(most_at_work), most_at_work.aims) == (["17:00"], [Aim.AT_WORK])
    assert most_at_work.asleep == {"Pacific/Auckland": 4}
    assert (clocks(fewest_asleep), fewest_asleep.aims) == (["20:00"], [Aim.AWAKE])
    assert (fewest_asleep.reach.at_work, fewest_asleep.asleep) == (7, {})
    # At 20:00 in Geneva it is 08:00 in Auckland.
    assert (clocks(pair), pair.reach.at_work) == (["12:00", "20:00"], 17)


def test_nobody_has_no_proposal_and_a_meeting_over_night_has_none():
    assert proposed({}) == []
    assert proposed({GENEVA: 0}) == []
    assert proposed({GENEVA: 1}, length=16 * HOUR) == []


def kind_of(zone, start, length):
    """The worst kind of every minute-aligned quarter of an hour, one after the other."""
    quarters = range(-(-length // timedelta(minutes=15)))
    moments = (start + number * timedelta(minutes=15) for number in quarters)
    return max(hour_kind(moment.astimezone(ZoneInfo(zone))) for moment in moments)


def searched(people, starts, length):
    """The numbers of people for every start and every pair, one person after the other."""
    options = [(start,) for start in starts]
    options += [pair for pair in combinations(starts, 2) if pair[1] - pair[0] >= length]
    kinds = {(zone, start): kind_of(zone, start, length) for zone in people for start in starts}
    return {
        chosen: [
            sum(
                number
                for zone, number in people.items()
                if min(kinds[zone, start] for start in chosen) == kind
            )
            for kind in HourKind
        ]
        for chosen in options
    }


@settings(max_examples=25, deadline=None)
@given(
    people=st.dictionaries(st.sampled_from(ZONES), st.integers(1, 9), min_size=1, max_size=6),
    day=st.sampled_from(DAYS),
    zone=st.sampled_from(ZONES),
    minutes=st.integers(15, 600),
)
@example(people={"Pacific/Fiji": 1}, day=FRIDAY, zone=GENEVA, minutes=60)
@example(
    # Only two sittings, one right after the other, reach all.
    people={GENEVA: 1, "Pacific/Auckland": 1, "America/Los_Angeles": 1},
    day=TUESDAY,
    zone=GENEVA,
    minutes=720,
)
def test_proposals_are_the_best_of_every_start_and_every_pair(people, day, zone, minutes):
    length = minutes * MINUTE
    hours = hours_of(people, day=day, zone=zone, length=length)
    found = hours.proposals(near=noon_of(day, zone))
    every = searched(people, [hour.starts_at for hour in hours.hours], length)
    typable = {hour.starts_at for hour in hours.hours if hour.can_be_typed}
    allowed = {starts: numbers for starts, numbers in every.items() if typable.issuperset(starts)}

    for hour in hours.hours:
        reach = hour.reach
        assert [reach.at_work, reach.awake, reach.asleep] == every[hour.starts_at,]
        assert hours.at(hour.starts_at).reach == reach
    for proposal in found:
        reach = proposal.reach
        assert [reach.at_work, reach.awake, reach.asleep] == allowed[proposal.starts]
        assert sum(proposal.asleep.values()) == reach.asleep
    ranks = {
        Aim.AT_WORK: lambda numbers: (numbers[0], numbers[0] + numbers[1]),
        Aim.AWAKE: lambda numbers: (numbers[0] + numbers[1], numbers[0]),
    }
    for aim, rank in ranks.items():
        best = {
            number: max(rank(each) for starts, each in allowed.items() if len(starts) <= number)
            for number in (1, 2)
        }
        met = {
            len(proposal.starts): rank(allowed[proposal.starts])
            for proposal in found
            if aim in proposal.aims
        }
        # A pair is proposed only if it is better than one meeting, and that if it suits anybody.
        assert met.get(1, (0, 0)) == best[1]
        assert (2 in met) == (best[2] > best[1])
        assert met.get(2, best[1]) == best[2]


def test_hours_of_a_hundred_thousand_people_in_all_zones_take_a_fraction_of_a_second():
    people = dict.fromkeys(all_zones(), 250)
    started = process_time()

    hours = hours_of(people)
    found = hours.proposals(near=noon_of(TUESDAY, GENEVA))

    assert sum(people.values()) > 100_000
    assert len(found) > 1
    assert process_time() - started < 2
