"""Which hours of a day suit people around the world, and which starts of a meeting suit most.

Only arithmetic: another app knows the people, and counts them by time zone.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import Enum
from functools import cached_property
from itertools import combinations
from zoneinfo import ZoneInfo

from core.dates import InvalidLocalTime, all_day_range, to_utc, to_utc_lenient
from meetings.services.hours import HourKind, worst_hour_kind

# UTC offsets are multiples of it, so each full hour of any day is found in these steps.
A_QUARTER = timedelta(minutes=15)
# From this length on, a meeting has no hour of the day.
MAX_LENGTH = timedelta(hours=24)


class Aim(Enum):
    """What the best start of a meeting is: most people at work, or fewest people asleep."""

    AT_WORK = "at_work"
    AWAKE = "awake"


@dataclass(frozen=True)
class Reach:
    """How many people a meeting, or the better of two sittings, finds at work, awake, asleep."""

    at_work: int
    awake: int
    asleep: int

    def rank(self, aim: Aim) -> tuple[int, int]:
        """Return what to compare for an aim; more is better."""
        not_asleep = self.at_work + self.awake
        if aim == Aim.AT_WORK:
            return self.at_work, not_asleep
        return not_asleep, self.at_work


@dataclass(frozen=True)
class Hour:
    """A full hour at which a meeting could start."""

    starts_at: datetime
    # False if the local time of the start or the end occurs twice, so that a form refuses it.
    can_be_typed: bool
    reach: Reach


@dataclass(frozen=True)
class Proposal:
    """A start of a meeting, or the starts of two sittings, which are the best for some aims."""

    starts: tuple[datetime, ...]
    aims: list[Aim]
    reach: Reach
    # The number of people who are asleep, by time zone.
    asleep: Mapping[str, int]


class FairHours:
    """The full hours of a day in a time zone, for a meeting of one length and some people.

    `people` are numbers of people by their time zones.
    """

    def __init__(
        self, people: Mapping[str, int], *, day: date, zone: str, length: timedelta
    ) -> None:
        self.people = {name: number for name, number in people.items() if number}
        self.zone, self.length = zone, length
        self.starts = full_hours(day, zone)
        self._kinds = {
            name: tuple(worst_hour_kind(start, start + length, name) for start in self.starts)
            for name in self.people
        }
        # Time zones in which the whole day is the same are counted together.
        self._numbers: Counter[tuple[HourKind, ...]] = Counter()
        for name, kinds in self._kinds.items():
            self._numbers[kinds] += self.people[name]

    @cached_property
    def hours(self) -> list[Hour]:
        """The full hours of the day: 23 to 25 of them."""
        return [
            Hour(start, self._can_be_typed(start), self._reach((number,)))
            for number, start in enumerate(self.starts)
        ]

    def proposals(self, *, near: datetime) -> list[Proposal]:
        """Return the best start for each aim, then the best pairs of sittings.

        Of equally good ones, the nearest to an instant is proposed. A pair is left out if it is not
        better than one meeting. Sittings do not overlap.
        """
        typable = [number for number, hour in enumerate(self.hours) if hour.can_be_typed]
        single = [(number,) for number in typable]
        pairs = [
            pair
            for pair in combinations(typable, 2)
            if self.starts[pair[0]] + self.length <= self.starts[pair[1]]
        ]
        best: dict[tuple[int, ...], list[Aim]] = {}
        reached = dict.fromkeys(Aim, (0, 0))
        for options in (single, pairs):
            reaches = {chosen: self._reach(chosen) for chosen in options}
            for aim in Aim if reaches else ():
                highest = max(reach.rank(aim) for reach in reaches.values())
                if highest <= reached[aim]:
                    continue
                reached[aim] = highest
                equal = [each for each in reaches if reaches[each].rank(aim) == highest]
                nearest = min(equal, key=lambda each: self._distance(each, near))
                best.setdefault(nearest, []).append(aim)
        return [self._proposal(chosen, aims) for chosen, aims in best.items()]

    def _reach(self, chosen: Sequence[int]) -> Reach:
        """Return how many people are in which kind of hour at the better of some starts."""
        numbers = dict.fromkeys(HourKind, 0)
        for kinds, number in self._numbers.items():
            numbers[min(kinds[each] for each in chosen)] += number
        return Reach(*numbers.values())

    def _proposal(self, chosen: tuple[int, ...], aims: list[Aim]) -> Proposal:
        asleep = {
            name: self.people[name]
            for name, kinds in self._kinds.items()
            if min(kinds[each] for each in chosen) == HourKind.ASLEEP
        }
        starts = tuple(self.starts[each] for each in chosen)
        return Proposal(starts, aims, self._reach(chosen), asleep)

    def _distance(self, chosen: Sequence[int], near: datetime) -> timedelta:
        return sum((abs(self.starts[each] - near) for each in chosen), timedelta())

    def _can_be_typed(self, start: datetime) -> bool:
        try:
            for moment in (start, start + self.length):
                local = moment.astimezone(ZoneInfo(self.zone)).replace(tzinfo=None)
                to_utc(local, self.zone)
        except InvalidLocalTime:
            return False
        return True


def full_hours(day: date, zone: str) -> list[datetime]:
    """Return the instants of a day, in UTC, at which clocks in a time zone show a full hour."""
    moment, end = all_day_range(day, day, zone)
    hours = []
    while moment < end:
        if moment.astimezone(ZoneInfo(zone)).minute == 0:
            hours.append(moment)
        moment += A_QUARTER
    return hours


def noon_of(day: date, zone: str) -> datetime:
    """Return noon of a day in a time zone, in UTC."""
    return to_utc_lenient(datetime.combine(day, time(12)), zone)
