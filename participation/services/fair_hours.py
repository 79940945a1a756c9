"""The hours of a day for the people whom a planned meeting concerns, in words.

Only numbers leave this module: no name, no organisation.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from core.dates import format_date, format_time, format_zone_offset, to_utc_lenient, zone_in_words
from core.time_zones import continent
from focus_areas.models import FocusArea
from meetings.services.fair_hours import Aim, FairHours, Hour, Proposal, noon_of
from members.services.participants import people_by_zone

# A local time as the value of a button.
LOCAL_FORMAT: Final = "%Y-%m-%dT%H:%M"


@dataclass(frozen=True)
class Plan:
    """What a coordinator has typed so far: who is concerned, on which day, for how long."""

    # None: the whole coalition.
    focus_area: FocusArea | None
    day: date
    zone: str
    # None if no time is typed yet.
    start: time | None
    length: timedelta


@dataclass(frozen=True)
class Start:
    """A start that can be taken over into the form: the local time as a value, and as text."""

    value: str
    words: str


@dataclass(frozen=True)
class HourColumn:
    """One hour of the strip and of its table."""

    start: Start
    # Also has the UTC offset if the local time occurs twice.
    words: str
    hour: Hour
    is_chosen: bool
    # The label under the strip; empty for two of three hours.
    tick: str
    # The rectangles of the column: CSS class, distance from the top and height in percent.
    parts: list[tuple[str, str, str]]


@dataclass(frozen=True)
class ProposalInWords:
    """The best start, or the best two, with the reasons."""

    title: str
    reason: str
    # Where people are asleep; empty if nobody is.
    asleep: str
    starts: list[Start]


@dataclass(frozen=True)
class HoursInWords:
    """The strip of a day, its table and the proposals."""

    number: int
    day: str
    zone: str
    length: str
    columns: list[HourColumn]
    # The typed start, which need not be a full hour; None if there is none.
    typed: ProposalInWords | None
    proposals: list[ProposalInWords]


def people_concerned(focus_area: FocusArea | None) -> Mapping[str, int]:
    """Return the number of people by time zone, of an area or of the whole coalition."""
    people: Counter[str] = Counter()
    for area, zones in people_by_zone().items():
        if focus_area is None or area == focus_area.pk:
            people.update(zones)
    return people


def hours_in_words(plan: Plan) -> HoursInWords | None:
    """Return the hours of the planned day, in one query; None if nobody is concerned."""
    people = people_concerned(plan.focus_area)
    if not people:
        return None
    fair = FairHours(people, day=plan.day, zone=plan.zone, length=plan.length)
    typed = None
    if plan.start:
        typed = to_utc_lenient(datetime.combine(plan.day, plan.start), plan.zone)
    near = typed or noon_of(plan.day, plan.zone)
    return HoursInWords(
        number=sum(people.values()),
        day=format_date(plan.day),
        zone=_zone(plan.zone),
        length=length_in_words(plan.length),
        columns=[_column(hour, fair, plan) for hour in fair.hours],
        typed=_proposal(fair.at(typed), fair) if typed else None,
        proposals=[_proposal(each, fair) for each in fair.proposals(near=near)],
    )


def _column(hour: Hour, fair: FairHours, plan: Plan) -> HourColumn:
    local = hour.starts_at.astimezone(ZoneInfo(fair.zone))
    words = format_time(local)
    in_full = f"{words} {format_zone_offset(local, fair.zone)}"
    total = sum(fair.people.values())
    parts, top = [], 0.0
    reach = hour.reach
    for kind, number in (("asleep", reach.asleep), ("awake", reach.awake), ("work", reach.at_work)):
        height = 100 * number / total
        if number:
            parts.append((kind, f"{top:.2f}", f"{height:.2f}"))
        top += height
    return HourColumn(
        start=_start(hour.starts_at, fair.zone),
        words=words if hour.can_be_typed else in_full,
        hour=hour,
        is_chosen=plan.start is not None and local.time() == plan.start.replace(minute=0),
        tick=words if local.hour % 3 == 0 else "",
        parts=parts,
    )


def _proposal(proposal: Proposal, fair: FairHours) -> ProposalInWords:
    starts = [_start(start, fair.zone) for start in proposal.starts]
    return ProposalInWords(
        title=_title(proposal),
        reason=_reason(proposal, starts, fair),
        asleep=_places(proposal.asleep),
        starts=starts,
    )


def _title(proposal: Proposal) -> str:
    if not proposal.aims:
        return _("As entered")
    if len(proposal.starts) == 1:
        if len(proposal.aims) > 1:
            return _("Most people at work, fewest asleep")
        if proposal.aims == [Aim.AT_WORK]:
            return _("Most people at work")
        return _("Fewest people asleep")
    if proposal.aims == [Aim.AWAKE]:
        return _("Two sittings: fewest people asleep at both")
    return _("Two sittings: most people at work at one of them")


def _reason(proposal: Proposal, starts: list[Start], fair: FairHours) -> str:
    reach, total = proposal.reach, sum(fair.people.values())
    facts = {
        "zone": _zone(fair.zone),
        "at_work": reach.at_work,
        "awake": reach.awake,
        "asleep": reach.asleep,
        "reached": total - reach.asleep,
        "total": total,
    }
    if len(starts) == 1:
        words = _("%(time)s %(zone)s: %(at_work)d at work, %(awake)d awake, %(asleep)d asleep.")
        return words % {"time": starts[0].words, **facts}
    if reach.at_work == total:
        words = _("%(first)s and %(second)s %(zone)s together reach everybody at work.")
    elif not reach.asleep:
        words = _(
            "%(first)s and %(second)s %(zone)s together reach everybody awake, %(at_work)d of them "
            "at work."
        )
    else:
        words = _(
            "%(first)s and %(second)s %(zone)s together reach %(reached)d of %(total)d people "
            "awake, %(at_work)d of them at work."
        )
    return words % {"first": starts[0].words, "second": starts[1].words, **facts}


def _places(zones: Mapping[str, int]) -> str:
    """Return the parts of the world of some people with their numbers, most people first."""
    numbers: Counter[str] = Counter()
    for zone, number in zones.items():
        numbers[continent(zone)] += number
    ranked = sorted(numbers.items(), key=lambda each: (-each[1], each[0]))
    return ", ".join(
        _("%(place)s %(number)d") % {"place": place, "number": number} for place, number in ranked
    )


def _start(start: datetime, zone: str) -> Start:
    local = start.astimezone(ZoneInfo(zone))
    return Start(value=local.strftime(LOCAL_FORMAT), words=format_time(local))


def _zone(zone: str) -> str:
    return zone if zone == "UTC" else zone_in_words(zone)


def length_in_words(length: timedelta) -> str:
    """Return how long a meeting lasts, like "1 h 30 min"."""
    hours, minutes = divmod(length // timedelta(minutes=1), 60)
    if not hours:
        return _("%(minutes)d min") % {"minutes": minutes}
    if not minutes:
        return _("%(hours)d h") % {"hours": hours}
    return _("%(hours)d h %(minutes)d min") % {"hours": hours, "minutes": minutes}
