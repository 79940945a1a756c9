"""The page on which a coordinator finds the next meetings, and what is left to do for past ones."""

from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.utils.timezone import localtime, now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.admin.base import StaffRequest, page
from accounts.services.permissions import needs
from core.dates import zone_in_words
from meetings.models import Meeting
from meetings.services.month_calendar import month_asked_for, month_of_weeks, weekdays_in_words
from participation.services.front_page import meetings_to_prepare
from participation.services.meeting_answers import MAX_MEETINGS, VIEW_RSVPS


@require_safe
@needs(*VIEW_RSVPS)
def next_meetings(request: StaffRequest) -> HttpResponse:
    """Show the next meetings of the person's areas with the answers so far, and a month."""
    at, zone = now(), request.user.time_zone
    today = localtime(at, ZoneInfo(zone)).date()
    return page(
        request,
        "admin/participation/meeting/next.html",
        {
            **meetings_to_prepare(request.user, at=at, limit=MAX_MEETINGS),
            "month": month_of_weeks(
                Meeting.objects.visible_to(request.user),
                first=month_asked_for(request.GET.get("month", ""), today=today),
                today=today,
                zone=zone,
            ),
            "weekdays": weekdays_in_words(),
            "zone": zone_in_words(zone),
        },
        model=Meeting,
        title=_("Next meetings"),
    )
