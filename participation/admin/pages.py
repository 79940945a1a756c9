"""Shared by the pages of RSVPs and attendance: permissions, and the page layout."""

from collections.abc import Mapping

from django.http import HttpRequest
from django.template.response import TemplateResponse

from accounts.admin.base import page
from core.dates import GENEVA
from meetings.models import Meeting, MeetingKind, MeetingStatus
from meetings.services.meeting_times import meeting_in_words
from participation.services.meeting_answers import VIEW_RSVPS

VIEW_ATTENDANCE = ("meetings.view_meeting", "participation.view_attendance")
EXPORT = (*VIEW_RSVPS, "participation.view_attendance", "members.export_member")
TAKE_ATTENDANCE = "participation.take_attendance"


def is_gathering(meeting: Meeting) -> bool:
    """Return whether a meeting brings people together: it is on the calendar, and no deadline."""
    return meeting.status == MeetingStatus.SCHEDULED and meeting.kind != MeetingKind.DEADLINE


def attendance_page(
    request: HttpRequest,
    name: str,
    context: Mapping[str, object],
    *,
    title: str,
    meeting: Meeting,
    status: int = 200,
) -> TemplateResponse:
    """Render a page of RSVPs or attendance of a meeting."""
    return page(
        request,
        f"admin/participation/meeting/{name}.html",
        {
            "meeting": meeting,
            "when": meeting_in_words(meeting, [meeting.time_zone, GENEVA]),
            **context,
        },
        model=Meeting,
        title=title,
        status=status,
    )
