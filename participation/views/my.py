"""A participant's own pages: overview and calendar."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from core.dates import GENEVA, format_datetime, zone_in_words
from focus_areas.models import FocusArea
from meetings.models import Meeting
from meetings.services.month_calendar import month_asked_for, month_of_weeks, weekdays_in_words
from members.models import FocalPoint
from members.views.signed_in import MemberRequest, member_page
from participation.services.meeting_answers import answer_counts
from participation.services.my_meetings import (
    listed_meetings_of,
    my_meeting_rows,
    my_meetings,
    rows_with_rsvps,
)
from participation.services.my_papers import new_framework_drafts, newest_papers
from participation.views.working_group import working_group_page

# The maximum of expected actions, and of next meetings, on one page.
MAX_ITEMS = 5
# How long a new draft is listed as something to read.
NEW_FOR = timedelta(days=30)
# The meetings from today on that a page of the calendar shows.
PAGE_SIZE = 30
# The views of the calendar: from today on, and a month as weeks or as a list.
AGENDA, MONTH, LIST = "agenda", "month", "list"


@require_safe
@member_page
def my_page(request: MemberRequest, people: Sequence[FocalPoint], at: datetime) -> HttpResponse:
    """Show a person's organisations, what is expected of them, and their next meetings."""
    zone = people[0].time_zone
    listed = listed_meetings_of(people, zone=zone, at=at)
    to_come = list(listed.upcoming(at).select_related("focus_area"))
    mine = my_meetings(to_come, people=people, at=at)
    to_be_answered = [each for each in to_come if mine[each.pk].is_to_be_answered]
    groups = focus_areas_of(people)
    group = next((area for area in groups if area.slug == request.GET.get("group")), groups[0])
    next_meetings = rows_with_rsvps(to_come[:MAX_ITEMS], mine, zone=zone)
    next_meeting = next((row for row in next_meetings if not row.entry.is_cancelled), None)
    counts = answer_counts([next_meeting.entry.meeting] if next_meeting else [])
    context = {
        "people": people,
        "zone": zone_in_words(zone),
        "time_zone": zone,
        "is_in_geneva": zone == GENEVA,
        "expected": rows_with_rsvps(to_be_answered[:MAX_ITEMS], mine, zone=zone),
        "expected_later": len(to_be_answered[MAX_ITEMS:]),
        "drafts": new_framework_drafts(people, since=at - NEW_FOR, at_most=MAX_ITEMS),
        "new_papers": newest_papers(people, at_most=MAX_ITEMS),
        "next_meeting": next_meeting,
        "answers": next(iter(counts.values()), None),
        "next_meetings": next_meetings,
        "later": len(to_come[MAX_ITEMS:]),
        "groups": groups,
        "group": group,
        **working_group_page(group, request, at=at),
    }
    return render(request, "participation/my.html", context)


@require_safe
@member_page
def my_calendar(
    request: MemberRequest, people: Sequence[FocalPoint], at: datetime
) -> HttpResponseBase:
    """Show a person's meetings from today on, or a month as weeks or as a list.

    If the month in the URL is invalid, the current month is shown.
    """
    zone = people[0].time_zone
    context = {
        "zone": zone_in_words(zone),
        "is_in_geneva": zone == GENEVA,
        "now": format_datetime(at, zone),
        "this_month": at.astimezone(ZoneInfo(zone)).date().replace(day=1),
        "groups": focus_areas_of(people),
    }
    if "month" in request.GET or request.GET.get("view") in (MONTH, LIST):
        context |= _month(request, people, at)
    else:
        context |= _from_today(request, people, at)
    return render(request, "participation/my_calendar.html", context)


def _from_today(
    request: MemberRequest, people: Sequence[FocalPoint], at: datetime
) -> dict[str, object]:
    """Return what the page shows about the meetings from today on."""
    zone = people[0].time_zone
    listed = listed_meetings_of(people, zone=zone, at=at).upcoming(at)
    page = Paginator(listed.select_related("focus_area"), PAGE_SIZE).get_page(
        request.GET.get("page")
    )
    rows = my_meeting_rows(page.object_list, people=people, zone=zone, at=at)
    return {"view": AGENDA, "page": page, "rows": rows}


def _month(request: MemberRequest, people: Sequence[FocalPoint], at: datetime) -> dict[str, object]:
    """Return what the page shows about a month."""
    zone = people[0].time_zone
    today = at.astimezone(ZoneInfo(zone)).date()
    meetings = listed_meetings_of(people, zone=zone, at=at)

    def about(of_the_month: list[Meeting]) -> dict[int, object]:
        return dict(my_meetings(of_the_month, people=people, at=at))

    month = month_of_weeks(
        meetings,
        first=month_asked_for(request.GET.get("month", ""), today=today),
        today=today,
        zone=zone,
        with_join_links=True,
        about=about,
    )
    following = None
    if not month.days:
        upcoming = my_meeting_rows(
            meetings.upcoming(at).select_related("focus_area")[:1], people=people, zone=zone, at=at
        )
        following = next(iter(upcoming), None)
    return {
        "view": LIST if request.GET.get("view") == LIST else MONTH,
        "month": month,
        "weekdays": weekdays_in_words(),
        "following": following,
    }


def focus_areas_of(people: Sequence[FocalPoint]) -> list[FocusArea]:
    """Return the focus areas of these focal points without duplicates, in the same order."""
    areas = (person.member.focus_area for person in people)
    return list(dict.fromkeys(area for area in areas if area is not None))
