"""The admin page of expected attendees of a meeting, and its export."""

import io
from collections.abc import Iterator, Sequence

from django.http import FileResponse, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.timezone import localtime, now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.admin.base import StaffRequest, get_visible_or_404
from accounts.services.permissions import needs
from core.spreadsheets import FORMATS, SpreadsheetFormat
from meetings.models import Meeting
from participation.admin.pages import (
    TAKE_ATTENDANCE,
    VIEW_ATTENDANCE,
    attendance_page,
    is_gathering,
)
from participation.services.attendance import AttendanceRow, attendance_rows
from participation.services.expected_attendees import expected_attendees, rsvp_counts
from participation.services.meeting_answers import VIEW_RSVPS
from triage.spreadsheets.models import Export


@require_safe
@needs(*VIEW_RSVPS)
def expected(request: StaffRequest, pk: int) -> HttpResponse:
    """Show the RSVPs to a meeting by organisation, and their numbers."""
    meeting = get_visible_or_404(Meeting.objects.select_related("focus_area"), request.user, pk)
    people = expected_attendees(meeting)
    return attendance_page(
        request,
        "rsvps",
        {
            "people": people,
            "counts": rsvp_counts(people, words_for_none=_("No reply yet")),
            "is_gathering": is_gathering(meeting),
            "has_begun": meeting.starts_at <= now(),
            "may_see_attendance": request.user.has_perms(VIEW_ATTENDANCE),
            "may_take_attendance": request.user.has_perm(TAKE_ATTENDANCE),
        },
        title=_("RSVPs"),
        meeting=meeting,
    )


@require_POST
@needs(*VIEW_RSVPS, *VIEW_ATTENDANCE, "members.export_member")
def expected_export(request: StaffRequest, pk: int) -> HttpResponseBase:
    """Export RSVPs and attendance as a file, and log who exported it."""
    meeting = get_visible_or_404(Meeting.objects.select_related("focus_area"), request.user, pk)
    at = now()
    seats = attendance_rows(meeting)
    file = io.BytesIO()
    FORMATS[SpreadsheetFormat.CSV].write("", _lines(seats), file)
    file.seek(0)
    Export.objects.create(
        by=request.user,
        by_name=str(request.user),
        at=at,
        format=SpreadsheetFormat.CSV,
        filters=f"meeting {meeting.pk}",
        row_count=len(seats),
    )
    name = f"meeting-{meeting.pk}-{localtime(at):%Y-%m-%d-%H%M}.csv"
    return FileResponse(file, as_attachment=True, filename=name, content_type="text/csv")


def _lines(seats: list[AttendanceRow]) -> Iterator[Sequence[str]]:
    """Yield the rows of the file, starting with the heading."""
    yield [
        _("Reference"),
        _("Organisation"),
        _("Name"),
        _("Address"),
        _("Role"),
        _("RSVP"),
        _("Attendance"),
    ]
    for seat in seats:
        yield [
            seat.focal_point.member.reference,
            seat.organisation_name,
            seat.name,
            # If the role has a new holder since, the address belongs to another person.
            seat.focal_point.email if seat.name == seat.focal_point.full_name else "",
            seat.focal_point.role_name,
            seat.reply_in_words,
            seat.attendance.get_presence_display() if seat.attendance else "",
        ]
