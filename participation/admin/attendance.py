"""The admin page of attendance of a meeting, and what it shares with the page of RSVPs."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from accounts.admin.base import StaffRequest, get_visible_or_404, page
from accounts.services.permissions import insist, needs
from core.conflicts import Refused
from core.dates import GENEVA
from meetings.models import Meeting, MeetingKind, MeetingStatus
from meetings.services.meeting_times import meeting_in_words
from participation.forms.meetings import AttendanceForm
from participation.models import Presence
from participation.services.attendance import (
    attendance_counts,
    attendance_rows,
    latest_change,
    presences_offered,
    record_attendance,
)
from participation.services.attendance_list import MatchedList, match_list
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


@require_http_methods(["GET", "HEAD", "POST"])
@needs(*VIEW_ATTENDANCE)
def attendance(request: StaffRequest, pk: int) -> HttpResponse:
    """Show the attendance of a meeting; record it on POST."""
    meeting = get_visible_or_404(Meeting.objects.select_related("focus_area"), request.user, pk)
    if request.method != "POST":
        return _page(request, meeting)
    insist(request.user, TAKE_ATTENDANCE)
    form = AttendanceForm(request.POST)
    if not form.is_valid():
        refusal = _("Not saved: the form was incomplete. Check it and save again.")
        return _page(request, meeting, refusal=refusal, status=422)
    if form.cleaned_data["marking"]:
        return _marked(request, meeting, form)
    try:
        number = record_attendance(
            meeting=meeting,
            presences=form.presences,
            seen=form.version_seen,
            by=request.user,
            at=now(),
        )
    except Refused as refused:
        refusal = str(refused)
        return _page(request, meeting, refusal=refusal, typed=form.presences, status=409)
    said = ngettext(
        "Attendance recorded for %(number)d person.",
        "Attendance recorded for %(number)d people.",
        number,
    )
    messages.success(request, said % {"number": number})
    return redirect("admin:meetings_meeting_attendance", pk)


def _marked(request: StaffRequest, meeting: Meeting, form: AttendanceForm) -> HttpResponse:
    """Mark the people of a pasted list, or all, as present, or search. Nothing is saved."""
    sent, seats = form.cleaned_data, attendance_rows(meeting)
    marking, matched, found = sent["marking"], None, set[int]()
    if marking == "all":
        found = {seat.focal_point.pk for seat in seats}
    elif marking == "list":
        matched = match_list(sent["names"], seats)
        found = set(matched.found)
    if marking != "find":
        said = ngettext(
            "Nothing is saved yet. %(number)d person is marked below.",
            "Nothing is saved yet. %(number)d people are marked below.",
            len(found),
        )
        messages.info(request, said % {"number": len(found)})
    presence = Presence(sent["mark_as"] or Presence.ONSITE)
    typed = {**form.presences, **dict.fromkeys(found, presence)}
    return _page(request, meeting, typed=typed, list_form=form, matched=matched)


def _page(
    request: StaffRequest,
    meeting: Meeting,
    *,
    refusal: str = "",
    typed: dict[int, Presence] | None = None,
    list_form: AttendanceForm | None = None,
    matched: MatchedList | None = None,
    status: int = 200,
) -> HttpResponse:
    seats = attendance_rows(meeting)
    if words := list_form and list_form.cleaned_data["find"].casefold():
        # The others follow, because the form has a mark for everybody.
        seats.sort(key=lambda seat: words not in f"{seat.name} {seat.organisation_name}".casefold())
    latest: Any = latest_change(meeting)
    offered = presences_offered(meeting, seats)
    numbers = [
        (
            presence.label,
            sum(1 for s in seats if s.attendance and s.attendance.presence == presence),
        )
        for presence in offered
    ]
    has_begun = meeting.starts_at <= now()
    may_take = request.user.has_perm(TAKE_ATTENDANCE) and is_gathering(meeting) and has_begun
    return attendance_page(
        request,
        "attendance",
        {
            # With the marked choice: from the form, from the attendance, or from the RSVP.
            "seats": [
                (seat, (typed or {}).get(seat.focal_point.pk, seat.presence)) for seat in seats
            ],
            "choices": [(presence.value, presence.label) for presence in offered],
            "numbers": numbers,
            "latest": latest,
            # What was typed is about the version that the person saw.
            "seen": list_form.version_seen if list_form else latest.history_id if latest else 0,
            "list_form": list_form or AttendanceForm(),
            "matched": matched,
            "counts": attendance_counts(meeting) if latest else None,
            "may_take": may_take,
            "is_gathering": is_gathering(meeting),
            "has_begun": has_begun,
            "refusal": refusal,
        },
        title=_("Attendance"),
        meeting=meeting,
        status=status,
    )
