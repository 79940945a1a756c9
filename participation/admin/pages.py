"""What the pages about the people of a meeting share: which meeting it is, and their frame."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse

from accounts.models import User
from core.dates import GENEVA
from meetings.models import Meeting, MeetingKind, MeetingStatus
from meetings.services.meeting_times import meeting_in_words

VIEW_ANSWERS = ("meetings.view_meeting", "participation.view_answer")
VIEW_ATTENDANCE = ("meetings.view_meeting", "participation.view_attendance")
EXPORT = (*VIEW_ANSWERS, "participation.view_attendance", "members.export_member")
TAKE_ATTENDANCE = "participation.take_attendance"


class StaffRequest(HttpRequest):
    """A request that the admin let through, so that a person of the staff makes it."""

    user: User


def meeting_or_404(request: StaffRequest, pk: int) -> Meeting:
    """Return one meeting within the person's reach. Raises Http404 for any other."""
    within_reach = Meeting.objects.within_reach_of(request.user)
    return get_object_or_404(within_reach.select_related("focus_area"), pk=pk)


def is_gathering(meeting: Meeting) -> bool:
    """Tell whether people come together for it: it is on the calendar, and no deadline."""
    return meeting.status == MeetingStatus.SCHEDULED and meeting.kind != MeetingKind.DEADLINE


def page(
    request: HttpRequest,
    template: str,
    *,
    title: str,
    meeting: Meeting,
    status: int = 200,
    **context: Any,
) -> TemplateResponse:
    """Render one of the pages within the admin's frame."""
    return TemplateResponse(
        request,
        f"admin/participation/meeting/{template}.html",
        {
            **admin.site.each_context(request),
            "opts": Meeting._meta,
            "title": title,
            "meeting": meeting,
            "when": meeting_in_words(meeting, [meeting.time_zone, GENEVA]),
            **context,
        },
        status=status,
    )
