"""The public feeds, and the answer of every feed to other methods than GET and HEAD."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db.models import OuterRef
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.views.decorators.csrf import csrf_exempt

from focus_areas.models import FocusArea
from meetings.models import Meeting
from meetings.services.ical import (
    calendar_changed_at,
    feed_columns,
    feed_response,
    feed_state,
    meeting_response,
    name_of_feed,
    write_calendar,
)
from meetings.services.subscription_links import ALL

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
