"""The admin of meetings with proposals, RSVPs, notices and scheduling warnings."""

import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, cast
from zoneinfo import ZoneInfo

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.db import transaction
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.timezone import localtime, now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.admin.base import StaffRequest, get_visible_or_404, page
from accounts.services.permissions import needs
from core.conflicts import NothingChanged, Refused
from core.dates import GENEVA, format_datetime, to_utc_lenient, zone_in_words
from core.spreadsheets import FORMATS, SpreadsheetFormat
from meetings.admin.meetings import MeetingAdmin
from meetings.admin.permissions import CHANGE, MeetingFormRequest
from meetings.forms.meetings import MeetingForm
from meetings.forms.recurrence import ChangeRecurrenceForm
from meetings.models import Meeting, MeetingStatus
from meetings.services.meetings import MeetingFacts, draft_meeting
from meetings.services.month_calendar import month_asked_for, month_of_weeks, weekdays_in_words
from meetings.services.series_plan import Scope
from members.admin.submissions import SubmissionDesk
from participation.admin import attendance, fair_hours, parts
from participation.admin.attendance import (
    TAKE_ATTENDANCE,
    VIEW_ATTENDANCE,
    attendance_page,
    is_gathering,
)
from participation.admin.outcomes import outcomes
from participation.models import Announcement, MeetingProposal
from participation.services import scheduling_warnings
from participation.services.attendance import AttendanceRow, attendance_rows
from participation.services.expected_attendees import expected_attendees, rsvp_counts
from participation.services.front_page import meetings_to_prepare
from participation.services.invited import is_asked
from participation.services.meeting_answers import MAX_MEETINGS, VIEW_RSVPS
from participation.services.meeting_changes import (
    NO_WAIT,
    SHORT_WAIT,
    USUAL_WAIT,
    MeetingChange,
    is_cancellation_told,
    wait_before,
    with_parts,
)
from participation.services.meeting_proposals import PROPOSALS, accept_proposal, times_of
from participation.services.reply_requests import ask_for_replies, people_to_ask
from triage.spreadsheets.services.columns import record_export


class ProposalDesk(SubmissionDesk):
    """The list of proposed meetings, and the page of one, which becomes a draft if accepted."""

    model = MeetingProposal
    kind = PROPOSALS
    result_model = Meeting
    may_view = "meetings.view_meeting"
    template = "admin/participation/proposal.html"
    list_page = "admin:meetings_meeting_proposals"
    list_title = gettext_lazy("Proposed meetings")
    title = gettext_lazy("Proposed meeting")
    nothing_waits = gettext_lazy(
        "No proposals are waiting. Co-leads propose meetings on their own pages."
    )
    released = gettext_lazy("A draft was created from the proposal. Complete it, then schedule it.")
    returned = gettext_lazy("The proposal was declined. The co-lead was told the reason.")

    def release(self, submission: MeetingProposal, version: int) -> Meeting:
        return accept_proposal(proposal=submission, by=self.request.user, at=timezone.now())

    def in_list(self, submission: MeetingProposal) -> str:
        return times_of(submission, GENEVA)[0]

    def context(self, submission: MeetingProposal) -> dict[str, object]:
        return {"when": times_of(submission, submission.time_zone, GENEVA)}


admin.site.unregister(Meeting)


@admin.register(Meeting)
class MeetingWithAttendeesAdmin(MeetingAdmin):
    """The admin of `meetings` with its attendees: that app does not know about people."""

    change_form_template = "admin/participation/meeting/change_form.html"
    change_list_template = "admin/participation/meeting/change_list.html"

    def get_urls(self) -> list[URLPattern]:
        pages = {
            "expected": expected,
            "expected_export": expected_export,
            "expected_remind": expected_remind,
            "attendance": attendance.attendance,
            "outcomes": outcomes,
        }
        staff = self.admin_site.admin_view
        return [
            path("next/", staff(next_meetings), name="meetings_meeting_next"),
            path("parts/", staff(parts.parts), name="meetings_meeting_parts"),
            path("parts/<int:pk>/", staff(parts.part), name="meetings_meeting_part"),
            path(
                "parts/new/<slug:focus_area>/",
                staff(parts.part_new),
                name="meetings_meeting_part_new",
            ),
            path(
                "proposals/",
                staff(ProposalDesk.as_list()),
                name="meetings_meeting_proposals",
            ),
            path(
                "proposals/<int:pk>/",
                staff(ProposalDesk.as_view()),
                name="meetings_meeting_proposal",
            ),
            *(
                path(
                    f"<int:pk>/{name.replace('_', '/')}/",
                    staff(view),
                    name=f"meetings_meeting_{name}",
                )
                for name, view in pages.items()
            ),
            *super().get_urls(),
        ]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        user = cast("StaffRequest", request).user
        number = MeetingProposal.objects.visible_to(user).waiting().count()
        return super().changelist_view(
            request,
            {
                **(extra_context or {}),
                "proposed": number,
                "may_change_meetings": user.has_perm(CHANGE),
            },
        )

    def scheduling_warnings(
        self, request: HttpRequest, meetings: Iterable[Meeting]
    ) -> list[list[str]]:
        """Return the scheduling warnings of each meeting that depend on its attendees."""
        return scheduling_warnings.scheduling_warnings(
            meetings, by=cast("StaffRequest", request).user
        )

    def second_start(self, request: HttpRequest, facts: MeetingFacts) -> datetime | None:
        """Return when the second sitting that is ticked begins; None for whole days."""
        local = fair_hours.second_sitting_in(request.POST)
        if local is None or facts["is_all_day"]:
            return None
        return to_utc_lenient(local, facts["time_zone"])

    def notice_times(self, meetings: Iterable[Meeting]) -> str:
        """Return when participants are told of changes of some meetings; empty without changes."""
        return notice_times_text(meetings, at=timezone.now())

    def is_cancellation_told(self, meeting: Meeting) -> bool:
        """Return whether participants were told that a meeting is cancelled."""
        return super().is_cancellation_told(meeting) and is_cancellation_told(meeting)

    def context_of_days(self, meeting: Meeting, form: ChangeRecurrenceForm) -> dict[str, Any]:
        """Add the hours that suit the participants on the first day of the series."""
        hours, reason = fair_hours.fair_hours_of(fair_hours.plan_of_days(meeting, form))
        return {
            "hours_template": "admin/participation/meeting/_fair_hours.html",
            "fair_hours": hours,
            "no_hours": reason,
            "show_button": "again",
            "is_only_shown": True,
        }

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show the form again if the person looks at the hours of a day, or takes over a start."""
        asks_for_hours = {fair_hours.SHOW, fair_hours.TAKE} & request.POST.keys()
        if request.method == "POST" and asks_for_hours:
            meeting = self.get_object(request, unquote(object_id)) if object_id else None
            may_edit = (
                self.has_change_permission(request, meeting)
                if object_id
                else self.has_add_permission(request)
            )
            if may_edit:
                form = self.get_form(request, meeting)(request.POST, instance=meeting)
                typing = cast("MeetingFormRequest", request)
                typing.typed = fair_hours.with_start(request.POST, form)
                # Nothing is saved or validated.
                typing.method = "GET"
        elif request.POST.get("scope") in (Scope.LATER, Scope.ALL) and (
            fair_hours.second_sitting_in(request.POST)
        ):
            words = _(
                "No second sitting was created: that is done for one meeting, or for a new series."
            )
            messages.warning(request, words)
        return super().changeform_view(request, object_id, form_url, extra_context)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        meeting = kwargs.get("obj")
        if meeting and meeting.ends_at > timezone.now():
            [context["scheduling_warnings"]] = self.scheduling_warnings(request, [meeting])
            if meeting.status == MeetingStatus.CANCELLED:
                context["can_undo"] = not self.is_cancellation_told(meeting)
        form = context["adminform"].form
        if "focus_area" in form.fields:
            context["fair_hours"], context["no_hours"] = fair_hours.fair_hours_of(
                fair_hours.plan_of(form)
            )
            typed: Any = getattr(request, "typed", request.POST)
            context["second_sitting"] = fair_hours.second_sitting_in(typed)
            context["takes_pairs"] = True
            context["is_taken"] = fair_hours.TAKE in request.POST
        return super().render_change_form(request, context, *args, **kwargs)

    def save_model(
        self,
        request: HttpRequest,
        obj: Meeting,
        form: MeetingForm,
        change: bool,  # noqa: FBT001  # Django's own.
    ) -> None:
        try:
            # A savepoint, so that a second sitting can be all that is new.
            with transaction.atomic():
                super().save_model(request, obj, form, change)
        except NothingChanged:
            if self.second_start(request, form.facts()) is None:
                raise
        self._draft_second_sitting(request, obj, form)
        saved = Meeting.objects.select_related("focus_area").get(pk=obj.pk)
        if when := self.notice_times([saved]):
            messages.info(request, when)
        # If the form is shown again, it has the warnings.
        if saved.ends_at <= timezone.now() or "_continue" in request.POST:
            return
        [remarks] = self.scheduling_warnings(request, [saved])
        for remark in remarks:
            messages.warning(request, remark)

    def _draft_second_sitting(
        self, request: HttpRequest, first: Meeting, form: MeetingForm
    ) -> None:
        """Draft the second sitting of a meeting, if it is ticked."""
        facts = form.facts()
        second_start = self.second_start(request, facts)
        if second_start is None or not self.has_add_permission(request):
            return
        length = facts["ends_at"] - facts["starts_at"]
        facts["starts_at"], facts["ends_at"] = second_start, second_start + length
        saved = Meeting.objects.select_related("sitting_of").get(pk=first.pk)
        second = draft_meeting(
            by=cast("StaffRequest", request).user,
            at=timezone.now(),
            # Of an occurrence, it is one meeting more and no part of the series.
            sitting_of=saved.sitting_of or saved,
            **facts,
        )
        said = _("The second sitting is created as a draft, too: %(when)s.")
        when = format_datetime(second.starts_at, second.time_zone)
        messages.success(request, said % {"when": when})


def notice_times_text(meetings: Iterable[Meeting], *, at: datetime) -> str:
    """Return when participants are told of the changes of some meetings; empty without changes."""
    meetings = list(meetings)
    rows = Announcement.objects.filter(meeting__in=[each.pk for each in meetings])
    told = {each.meeting_id: each for each in rows}
    changes = with_parts([MeetingChange(each, told.get(each.pk)) for each in meetings])
    waits = {wait_before(each.begins_at, at=at) for each in changes if each.is_told(at)}
    texts = {
        NO_WAIT: _("Participants get an email about it at once."),
        SHORT_WAIT: _(
            "Participants get an email about it in two minutes. If the meeting is edited again, "
            "the email waits longer, but ten minutes at most."
        ),
        USUAL_WAIT: _(
            "Participants get an email about it in ten minutes. If a meeting of the same group is "
            "edited again, the email waits longer, but an hour at most."
        ),
    }
    sooner = _("About meetings that begin within a day, they get an email sooner.")
    longest = max(waits, key=lambda wait: wait.longest, default=None)
    if longest is None:
        return ""
    return f"{texts[longest]} {sooner}" if len(waits) > 1 else texts[longest]


@require_safe
@needs(*VIEW_RSVPS)
def expected(request: StaffRequest, pk: int) -> HttpResponse:
    """Show the RSVPs to a meeting by organisation, and their numbers."""
    meeting = get_visible_or_404(Meeting.objects.select_related("focus_area"), request.user, pk)
    people, at = expected_attendees(meeting), now()
    told = Announcement.objects.filter(meeting=meeting).first()
    may_ask = (
        request.user.has_perm(CHANGE)
        and is_gathering(meeting)
        and meeting.starts_at > at
        and is_asked(meeting, at=at)
    )
    return attendance_page(
        request,
        "rsvps",
        {
            "asked_at": told and told.replies_asked_at,
            "to_ask": len(people_to_ask(meeting, at=at)) if may_ask and told else 0,
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
@needs(*VIEW_RSVPS, *VIEW_ATTENDANCE, CHANGE)
def expected_export(request: StaffRequest, pk: int) -> HttpResponseBase:
    """Export RSVPs and attendance as a file, and log who exported it.

    Those who may change the meeting may do this: the page shows the same people, and staff of other
    groups do not see the meeting. It is not an export of members.
    """
    meeting = get_visible_or_404(Meeting.objects.select_related("focus_area"), request.user, pk)
    at = now()
    seats = attendance_rows(meeting)
    file = io.BytesIO()
    FORMATS[SpreadsheetFormat.CSV].write("", _lines(seats), file)
    file.seek(0)
    record_export(
        meeting._meta.label_lower,
        len(seats),
        kind=SpreadsheetFormat.CSV,
        filters=f"meeting {meeting.pk}",
        by=request.user,
        at=at,
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


@require_POST
@needs(*VIEW_RSVPS, CHANGE)
def expected_remind(request: StaffRequest, pk: int) -> HttpResponse:
    """Remind everybody who has not replied to a meeting, once."""
    meeting = get_visible_or_404(Meeting.objects.select_related("focus_area"), request.user, pk)
    try:
        number = ask_for_replies(meeting=meeting, by=request.user, at=now())
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        said = ngettext(
            "%(number)d person is reminded to reply.",
            "%(number)d people are reminded to reply.",
            number,
        )
        messages.success(request, said % {"number": number})
    return redirect("admin:meetings_meeting_expected", pk)


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
