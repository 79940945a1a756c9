"""What somebody who takes part sees of their own: their groups, their meetings, their calendar."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from core.dates import GENEVA, format_datetime, zone_in_words
from focus_areas.models import FocusArea
from meetings.models import Meeting
from meetings.services.month_calendar import month_asked_for, month_of_weeks, weekdays_in_words
from members.models import FocalPoint
from participation.services.my_meetings import in_words, listed, meetings_of, seen_by
from participation.services.my_papers import drafts_to_read, newest_papers
from participation.views.decorators import MemberRequest, member_page
from participation.views.working_group import members_of

# How many of what is expected, and of the next meetings, one page takes in at a glance.
AT_A_GLANCE = 5
# How long a draft is among what is expected to be read.
NEW_FOR = timedelta(days=30)
MONTH, AGENDA = "month", "agenda"


@require_safe
@member_page
def my(request: MemberRequest, people: Sequence[FocalPoint], at: datetime) -> HttpResponse:
    """Show somebody for whom they are here, what is expected of them, and what comes next."""
    zone = people[0].time_zone
    to_come = list(meetings_of(people).not_over(at).select_related("focus_area"))
    mine = seen_by(to_come, people=people, at=at)
    to_be_answered = [each for each in to_come if mine[each.pk].is_to_be_answered]
    groups = groups_of(people)
    group = next((area for area in groups if area.slug == request.GET.get("group")), groups[0])
    context = {
        "people": people,
        "zone": zone_in_words(zone),
        "time_zone": zone,
        "is_in_geneva": zone == GENEVA,
        "expected": in_words(to_be_answered[:AT_A_GLANCE], mine, zone=zone),
        "expected_later": len(to_be_answered[AT_A_GLANCE:]),
        "drafts": drafts_to_read(people, since=at - NEW_FOR, at_most=AT_A_GLANCE),
        "new_papers": newest_papers(people, at_most=AT_A_GLANCE),
        "next_meetings": in_words(to_come[:AT_A_GLANCE], mine, zone=zone),
        "later": len(to_come[AT_A_GLANCE:]),
        "groups": groups,
        "group": group,
        **members_of(group, request),
    }
    return render(request, "participation/my.html", context)


@require_safe
@member_page
def my_calendar(
    request: MemberRequest, people: Sequence[FocalPoint], at: datetime
) -> HttpResponseBase:
    """Show somebody a month of their meetings, as a grid of weeks or as a list.

    Whatever an address asks for that is not there, it shows this month.
    """
    zone = people[0].time_zone
    today = at.astimezone(ZoneInfo(zone)).date()
    meetings = meetings_of(people)

    def about(of_the_month: list[Meeting]) -> dict[int, object]:
        return dict(seen_by(of_the_month, people=people, at=at))

    month = month_of_weeks(
        meetings,
        first=month_asked_for(request.GET.get("month", ""), today=today),
        today=today,
        zone=zone,
        about=about,
    )
    following = None
    if not month.days:
        upcoming = listed(
            meetings.not_over(at).select_related("focus_area")[:1], people=people, zone=zone, at=at
        )
        following = next(iter(upcoming), None)
    context = {
        "month": month,
        "this_month": today.replace(day=1),
        "view": AGENDA if request.GET.get("view") == AGENDA else MONTH,
        "weekdays": weekdays_in_words(),
        "zone": zone_in_words(zone),
        "is_in_geneva": zone == GENEVA,
        "now": format_datetime(at, zone),
        "following": following,
        "groups": groups_of(people),
    }
    return render(request, "participation/my_calendar.html", context)


def groups_of(people: Sequence[FocalPoint]) -> list[FocusArea]:
    """Return the focus areas of some focal points, each once, that of the first first."""
    areas = (person.member.focus_area for person in people)
    return list(dict.fromkeys(area for area in areas if area is not None))
