"""The pages of the public calendar, and its files for calendar programs."""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import wraps
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.paginator import Paginator
from django.db.models import OuterRef
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from core.dates import GENEVA, zone_in_words
from focus_areas.models import FocusArea
from meetings.models import Meeting, MeetingQuerySet
from meetings.services.agenda import agenda_of
from meetings.services.ical import (
    calendar_changed_at,
    feed_columns,
    feed_response,
    feed_state,
    meeting_response,
    name_of_feed,
    write_calendar,
)
from meetings.services.joining import JoinState, joining, public_join_address
from meetings.services.meeting_list import MonthOfMeetings, group_by_month, meeting_row
from meetings.services.month_calendar import month_asked_for, month_of_weeks, weekdays_in_words
from meetings.services.sittings import Groups, sittings_by_meeting
from meetings.services.subscription_links import ALL, public_feed_address, subscription_links

# The number of past meetings that a page shows beside a link to all of them.
LATEST_PAST = 3
PAST_PAGE_SIZE = 50


@require_safe
def calendar(request: HttpRequest) -> HttpResponse:
    """Show the next public meetings beside a month, or the meetings of the month in the URL."""
    at = timezone.now()
    today = at.astimezone(ZoneInfo(GENEVA)).date()
    areas, area = areas_and_chosen(request)
    meetings = public_meetings(area)
    first = month_asked_for(request.GET.get("month", ""), today=today)
    month = month_of_weeks(meetings, first=first, today=today)
    if "month" in request.GET:
        listed = {"month_shown": group_by_month(month.meetings, groups=public_sittings())}
    else:
        listed = upcoming_and_past(meetings, at=at)
    context = {
        **listed,
        **subscription_links(
            public_feed_address(area.slug if area else ALL), name=name_of_feed(area)
        ),
        "month": month,
        "weekdays": weekdays_in_words(),
        "areas": areas,
        "area": area,
    }
    return render(request, "meetings/calendar.html", context)


@require_safe
def past_meetings(request: HttpRequest) -> HttpResponse:
    """Show the public meetings that are over, the latest first, with their recordings."""
    areas, area = areas_and_chosen(request)
    rows = public_meetings(area).select_related("focus_area").past(timezone.now())
    page = Paginator(rows, PAST_PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "months": group_by_month(page.object_list, groups=public_sittings()),
        "areas": areas,
        "area": area,
    }
    return render(request, "meetings/past_meetings.html", context)


@require_safe
def meeting_page(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Show one public meeting, past or to come, with its published recording."""
    meetings = Meeting.objects.public().select_related("focus_area")
    meeting = get_object_or_404(meetings, uid=uid)
    at = timezone.now()
    is_over = meeting.ends_at <= at
    address = public_join_address(meeting)
    context = {
        "entry": meeting_row(meeting),
        "meeting": meeting,
        "is_over": is_over,
        "agenda": agenda_of(meeting, zone=meeting.time_zone),
        "zone": zone_in_words(meeting.time_zone),
        "join": joining(meeting, address=address, zone=GENEVA, at=at) if address else None,
        "recording_link": meeting.public_recording_link if is_over else "",
        "sittings": group_by_month(meetings.other_sittings(meeting)),
    }
    return render(request, "meetings/meeting_page.html", context)


@require_safe
@never_cache
def join_meeting(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Lead everybody to the room of a public meeting, if staff allow that and it is open."""
    open_to_all = Meeting.objects.public().filter(is_join_public=True).select_related("focus_area")
    meeting = get_object_or_404(open_to_all, uid=uid)
    response = room_or_reason(
        request,
        "meetings/join_meeting.html",
        meeting=meeting,
        address=public_join_address(meeting),
        zone=GENEVA,
        at=timezone.now(),
        context={"entry": meeting_row(meeting)},
    )
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


def room_or_reason(
    request: HttpRequest,
    template: str,
    *,
    meeting: Meeting,
    address: str,
    zone: str,
    at: datetime,
    context: Mapping[str, object],
) -> HttpResponse:
    """Redirect to the room of a meeting while it can be joined, or show a page that says why not.

    The caller checks who may join. The browser must not keep the answer, nor tell the room where
    the reader came from.
    """
    join = joining(meeting, address=address, zone=zone, at=at)
    if join.state is JoinState.OPEN:
        return HttpResponseRedirect(meeting.join_link, headers={"Referrer-Policy": "no-referrer"})
    return render(request, template, {**context, "meeting": meeting, "join": join})


def upcoming_and_past(
    meetings: MeetingQuerySet, *, at: datetime
) -> dict[str, list[MonthOfMeetings]]:
    """Return the next meetings and the latest of the past, in the meetings' own time zones."""
    meetings = meetings.select_related("focus_area")
    groups = public_sittings()
    return {
        "next_months": group_by_month(meetings.upcoming(at), groups=groups),
        "past_months": group_by_month(meetings.past(at)[:LATEST_PAST], groups=groups),
    }


def areas_and_chosen(request: HttpRequest) -> tuple[list[FocusArea], FocusArea | None]:
    """Return the focus areas, and the one that the URL names; None if it names none of them."""
    areas = list(FocusArea.objects.order_by("number"))
    return areas, next((area for area in areas if area.slug == request.GET.get("area")), None)


def public_meetings(area: FocusArea | None) -> MeetingQuerySet:
    """Return the public meetings of one area and of the whole coalition, or of all areas."""
    meetings = Meeting.objects.public()
    return meetings.of_focus_area(area) if area else meetings


def public_sittings() -> Groups:
    """Return the public meetings that are sittings of the same meeting."""
    return sittings_by_meeting(Meeting.objects.public().of_sittings().order_by("starts_at", "pk"))


# In seconds. Short, so that people see on the same day that a meeting was moved.
PUBLIC_CACHE = "public, max-age=300"
METHODS: Final = ["GET", "HEAD"]


def feed_view(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Restrict the view of a feed to GET and HEAD.

    Calendar programs that look for a CalDAV server also send OPTIONS, PROPFIND, REPORT or POST.
    OPTIONS says which methods there are. All others get 405, and not the error page of the CSRF
    check, because they have no session to protect.
    """

    @csrf_exempt
    @wraps(view)
    def answered(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        if request.method == "OPTIONS":
            return HttpResponse(status=204, headers={"Allow": ", ".join(METHODS)})
        if request.method not in METHODS:
            return HttpResponseNotAllowed(METHODS)
        return view(request, *args, **kwargs)

    return answered


@feed_view
def public_feed(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Return the public meetings of one area, or of all areas, as a calendar feed.

    Calendar programs send no cookie, so the language follows the Accept-Language header.
    """
    meetings = Meeting.objects.public()
    areas = FocusArea.objects.annotate(calendar_changed_at=calendar_changed_at())
    if slug == ALL:
        # Any area will do: the columns are the same for all.
        area: Any = areas.annotate(**feed_columns(meetings)).earliest("number")
        name, page = name_of_feed(None), reverse("meetings:calendar")
    else:
        columns = feed_columns(meetings.of_focus_area(OuterRef("pk")))
        area = get_object_or_404(areas.annotate(**columns), slug=slug)
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
        state=(name, page, feed_state(area)),
        changed_at=area.calendar_changed_at,
        cache_control=PUBLIC_CACHE,
    )
    patch_vary_headers(response, ["Cookie"])
    return response


@feed_view
def meeting_file(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Return one public meeting as a file that a person imports."""
    meeting = get_object_or_404(Meeting.objects.public().select_related("focus_area"), uid=uid)
    sittings = Meeting.objects.public().other_sittings(meeting)
    response = meeting_response(
        meeting, with_join_links=False, at=timezone.now(), sittings=sittings
    )
    response["Cache-Control"] = PUBLIC_CACHE
    patch_vary_headers(response, ["Accept-Language", "Cookie"])
    return response
