"""For whom of a working group each date of a poll is at night, in words.

Only numbers leave this module, with parts of the world. The hour there is added only where at least
three people share it, so that it says nothing about a single person.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from core.dates import format_time
from core.time_zones import continent
from meetings.services.fair_hours import FairHours
from participation.models import DatePoll, DateProposal
from participation.services.fair_hours import people_concerned

MIN_PEOPLE_NAMED: Final = 3


@dataclass(frozen=True)
class DateNight:
    """For how many people a date is at night, and where."""

    number: int
    total: int
    # Empty if it is at night for nobody.
    places: str
    zones: frozenset[str]
    # Whether no other date of the poll has fewer, and one has more.
    is_fewest: bool

    @property
    def words(self) -> str:
        """The line under a date."""
        if not self.number:
            return _("Night for nobody")
        facts = {"number": self.number, "total": self.total, "places": self.places}
        return _("Night for %(number)d of %(total)d: %(places)s") % facts

    def words_for(self, zone: str) -> str:
        """Return the line for a reader in a time zone, which says if it is night there."""
        if zone not in self.zones:
            return self.words
        facts = {"number": self.number, "total": self.total, "places": self.places}
        return _("Night for %(number)d of %(total)d, you too: %(places)s") % facts


def date_nights(poll: DatePoll, proposals: Iterable[DateProposal]) -> dict[int, DateNight]:
    """Return for whom each date of a poll is at night, by date, in one query."""
    proposals = list(proposals)
    if not proposals:
        return {}
    people = people_concerned(poll.focus_area)
    zone = poll.time_zone
    day = proposals[0].starts_at.astimezone(ZoneInfo(zone)).date()
    fair = FairHours(people, day=day, zone=zone, length=poll.length)
    asleep = {each.pk: fair.at(each.starts_at).asleep for each in proposals}
    numbers = {pk: sum(zones.values()) for pk, zones in asleep.items()}
    fewest, most = min(numbers.values()), max(numbers.values())
    return {
        each.pk: DateNight(
            number=numbers[each.pk],
            total=sum(people.values()),
            places=_places(asleep[each.pk], each.starts_at),
            zones=frozenset(asleep[each.pk]),
            is_fewest=fewest < most and numbers[each.pk] == fewest,
        )
        for each in proposals
    }


def _places(zones: Mapping[str, int], starts_at: datetime) -> str:
    """Return the parts of the world where it is night, most people first, with the hours there."""
    by_place: dict[str, list[str]] = defaultdict(list)
    for zone in zones:
        by_place[continent(zone)].append(zone)
    numbers = {place: sum(zones[zone] for zone in found) for place, found in by_place.items()}
    ranked = sorted(numbers, key=lambda place: (-numbers[place], place))
    return "; ".join(
        _place(place, numbers[place], [starts_at.astimezone(ZoneInfo(z)) for z in by_place[place]])
        for place in ranked
    )


def _place(place: str, number: int, hours: list[datetime]) -> str:
    if number < MIN_PEOPLE_NAMED:
        return _("%(place)s %(number)d") % {"place": place, "number": number}
    hours = sorted(hours, key=lambda local: local.utcoffset() or timedelta())
    first, last = format_time(hours[0]), format_time(hours[-1])
    facts = {"place": place, "number": number, "first": first, "last": last}
    if first == last:
        return _("%(place)s %(number)d, at %(first)s") % facts
    return _("%(place)s %(number)d, %(first)s to %(last)s") % facts
