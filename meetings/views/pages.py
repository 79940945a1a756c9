"""The public calendar and its feeds."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import OuterRef
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from focus_areas.models import FocusArea
from meetings.models import Meeting, MeetingQuerySet
from meetings.services.ical import (
    feed_columns,
    feed_response,
    meeting_response,
    name_of_feed,
    write_calendar,
)
from meetings.services.meeting_list import group_by_month
from meetings.services.sittings import sittings_by_meeting
from meetings.services.subscription_links import public_feed_address, subscription_links

# The slug of the feed with all public meetings.
ALL = "all"
# In seconds. Short, so that people see on the same day that a meeting was moved.
PUBLIC_CACHE = "public, max-age=300"


@require_safe
def calendar(request: HttpRequest) -> HttpResponse:
    """Show all public meetings, of the areas and of the whole coalition."""
    return render(
        request,
        "focus_areas/calendar.html",
        {
            **upcoming_and_past(Meeting.objects.public(), at=timezone.now()),
            **subscription_links(public_feed_address(ALL), name=name_of_feed(None)),
            "areas": FocusArea.objects.order_by("number"),
        },
    )


@require_safe
def public_feed(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Return the public meetings of one area, or of all areas, as a calendar feed.

    Calendar programs send no cookie, so the language follows the Accept-Language header.
    """
    meetings = Meeting.objects.public()
    if slug == ALL:
        # Any area will do: the columns are the same for all.
        area: Any = FocusArea.objects.annotate(**feed_columns(meetings)).earliest("number")
        name, page = name_of_feed(None), reverse("meetings:calendar")
    else:
        columns = feed_columns(meetings.of_focus_area(OuterRef("pk")))
        area = get_object_or_404(FocusArea.objects.annotate(**columns), slug=slug)
        meetings = meetings.of_focus_area(area)
        name, page = name_of_feed(area), reverse("focus_area_detail", args=[slug])

    response = feed_response(
        request,
        lambda: write_calendar(
            meetings.for_a_feed(),
            name=name,
            with_join_links=False,
            page=settings.SITE_URL + page,
        ),
        row=area,
        made_for=(name, page),
        changed_at=area.calendar_changed_at,
        cache_control=PUBLIC_CACHE,
    )
    patch_vary_headers(response, ["Cookie"])
    return response


@require_safe
def meeting_file(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Return one public meeting as a file that a person imports."""
    meeting = get_object_or_404(Meeting.objects.public().select_related("focus_area"), uid=uid)
    sittings = Meeting.objects.public().other_sittings(meeting)
    response = meeting_response(meeting, with_join_links=False, sittings=sittings)
    response["Cache-Control"] = PUBLIC_CACHE
    patch_vary_headers(response, ["Accept-Language", "Cookie"])
    return response


def upcoming_and_past(meetings: MeetingQuerySet, *, at: datetime) -> dict[str, object]:
    """Return the context for a list of meetings, in the meetings' own time zones."""
    meetings = meetings.select_related("focus_area")
    groups = sittings_by_meeting(Meeting.objects.public().of_sittings().order_by("starts_at", "pk"))
    return {
        "next_months": group_by_month(meetings.upcoming(at), groups=groups),
        "past_months": group_by_month(meetings.past(at), groups=groups),
    }
