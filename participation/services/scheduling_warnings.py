"""Warnings about the time of a meeting that is being planned; they do not prevent saving.

They name other meetings of the same people at that time, and for how many it is night.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from zoneinfo import ZoneInfo

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from core.dates import format_time
from meetings.models import Meeting, MeetingKind, MeetingStatus
from meetings.services.hours import HourKind, worst_hour_kind
from meetings.services.meeting_times import meeting_in_words
from members.services.participants import people_by_zone
from participation.services.clashes import are_at_the_same_time

# The number of clashes that are named; of the others, only the number is shown.
MAX_CLASHES_NAMED = 3

# The number of people in each time zone, by pk of their focus area.
People = Mapping[int, Mapping[str, int]]


def scheduling_warnings(meetings: Iterable[Meeting], *, by: User) -> list[list[str]]:
    """Return the warnings about each meeting, in two queries.

    The meetings may be unsaved: warnings depend on the instances, not on the stored rows.
    """
    meetings = list(meetings)
    gathering = [meeting for meeting in meetings if _gathers(meeting)]
    if not gathering:
        return [[] for _meeting in meetings]
    others = [*_others(gathering, by=by), *gathering]
    people = people_by_zone()
    return [
        [*_clashes(meeting, others), *_night(meeting, people)] if _gathers(meeting) else []
        for meeting in meetings
    ]


def _gathers(meeting: Meeting) -> bool:
    return meeting.kind != MeetingKind.DEADLINE and meeting.status != MeetingStatus.CANCELLED


def _others(meetings: Sequence[Meeting], *, by: User) -> list[Meeting]:
    """Return other meetings at about the same time, including drafts that the user may see."""
    within_reach = Meeting.objects.visible_to(by).values("pk")
    about_then = Meeting.objects.filter(
        Q(status=MeetingStatus.SCHEDULED) | Q(status=MeetingStatus.DRAFT, pk__in=within_reach),
        starts_at__lt=max(meeting.ends_at for meeting in meetings),
        ends_at__gt=min(meeting.starts_at for meeting in meetings),
    )
    themselves = [meeting.pk for meeting in meetings if meeting.pk]
    about_then = about_then.exclude(kind=MeetingKind.DEADLINE).exclude(pk__in=themselves)
    return list(about_then.select_related("focus_area").order_by("starts_at", "pk"))


def _clashes(meeting: Meeting, others: Sequence[Meeting]) -> list[str]:
    clashing = [other for other in others if _clash(meeting, other)]
    said = [
        _("Overlaps with “%(title)s” (%(area)s): %(when)s.")
        % {
            "title": other.title,
            "area": other.area_name,
            "when": meeting_in_words(other, [meeting.time_zone])[0],
        }
        for other in clashing[:MAX_CLASHES_NAMED]
    ]
    more = len(clashing) - MAX_CLASHES_NAMED
    if more > 0:
        words = ngettext(
            "Overlaps with %(number)d more meeting.",
            "Overlaps with %(number)d more meetings.",
            more,
        )
        said.append(words % {"number": more})
    return said


def _clash(one: Meeting, other: Meeting) -> bool:
    """Return whether two meetings need the same people at the same time."""
    areas = {one.focus_area_id, other.focus_area_id}
    # Everybody is invited to a meeting of the whole coalition.
    are_the_same_people = len(areas) == 1 or None in areas
    return are_the_same_people and are_at_the_same_time(one, other)


def _night(meeting: Meeting, people: People) -> list[str]:
    """Return the warning if a part of the meeting is at night for some invited people."""
    if meeting.is_all_day:
        return []
    zones: Counter[str] = Counter()
    for area, counts in people.items():
        if meeting.focus_area_id in (None, area):
            zones.update(counts)

    numbers: Counter[str] = Counter()
    for zone, number in zones.items():
        if worst_hour_kind(meeting.starts_at, meeting.ends_at, zone) == HourKind.ASLEEP:
            numbers[format_time(meeting.starts_at.astimezone(ZoneInfo(zone)))] += number
    if not numbers:
        return []
    # The local start times of most people first, and the earliest if numbers are equal.
    ranked = sorted(numbers.items(), key=lambda each: (-each[1], each[0]))
    at = [
        _("%(time)s for %(number)d") % {"time": time, "number": number}
        for time, number in ranked[:MAX_CLASHES_NAMED]
    ]
    if len(ranked) > MAX_CLASHES_NAMED:
        rest = sum(number for _time, number in ranked[MAX_CLASHES_NAMED:])
        at.append(_("other times for %(number)d") % {"number": rest})
    return [
        _("At night for %(number)d of %(total)d people. Local start: %(at)s.")
        % {"number": numbers.total(), "total": zones.total(), "at": ", ".join(at)}
    ]
