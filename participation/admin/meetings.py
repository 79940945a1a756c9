"""The admin of meetings with RSVPs, attendance and scheduling warnings."""

from collections.abc import Iterable
from typing import Any, cast

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.admin.base import StaffRequest
from core.dates import GENEVA, format_datetime, to_utc_lenient
from meetings.admin.meetings import MeetingAdmin
from meetings.admin.permissions import MeetingFormRequest
from meetings.forms.meetings import MeetingForm
from meetings.forms.recurrence import ChangeRecurrenceForm
from meetings.models import Meeting
from meetings.services.meetings import draft_meeting
from members.admin.submissions import SubmissionDesk
from participation.admin import (
    attendance,
    fair_hours,
    next_meetings,
    notice_times,
    rsvps,
)
from participation.models import MeetingProposal
from participation.services import scheduling_warnings
from participation.services.meeting_proposals import PROPOSALS, accept_proposal, times_of


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
            "expected": rsvps.expected,
            "expected_export": rsvps.expected_export,
            "attendance": attendance.attendance,
        }
        staff = self.admin_site.admin_view
        return [
            path("next/", staff(next_meetings.next_meetings), name="meetings_meeting_next"),
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
        return super().changelist_view(request, {**(extra_context or {}), "proposed": number})

    def scheduling_warnings(
        self, request: HttpRequest, meetings: Iterable[Meeting]
    ) -> list[list[str]]:
        """Return the scheduling warnings of each meeting that depend on its attendees."""
        return scheduling_warnings.scheduling_warnings(
            meetings, by=cast("StaffRequest", request).user
        )

    def notice_times(self, meetings: Iterable[Meeting]) -> str:
        """Return when participants are told of changes of some meetings; empty without changes."""
        return notice_times.notice_times_text(meetings, at=timezone.now())

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
        elif request.POST.get("repeats") and fair_hours.second_sitting_in(request.POST):
            words = _("Plan the second sitting of a series as a series of its own.")
            messages.warning(request, words)
        return super().changeform_view(request, object_id, form_url, extra_context)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        meeting = kwargs.get("obj")
        if meeting and meeting.ends_at > timezone.now():
            [context["scheduling_warnings"]] = self.scheduling_warnings(request, [meeting])
        form = context["adminform"].form
        if "focus_area" in form.fields:
            context["fair_hours"], context["no_hours"] = fair_hours.fair_hours_of(
                fair_hours.plan_of(form)
            )
            typed: Any = getattr(request, "typed", request.POST)
            context["second_sitting"] = fair_hours.second_sitting_in(typed)
            # A meeting that exists, and a series, get their other sittings on separate pages.
            context["takes_pairs"] = meeting is None and not form["repeats"].value()
            context["is_taken"] = fair_hours.TAKE in request.POST
        return super().render_change_form(request, context, *args, **kwargs)

    def save_model(
        self,
        request: HttpRequest,
        obj: Meeting,
        form: MeetingForm,
        change: bool,  # noqa: FBT001  # Django's own.
    ) -> None:
        super().save_model(request, obj, form, change)
        if not change:
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
        """Draft the second sitting of a new meeting, if it is ticked."""
        local, facts = fair_hours.second_sitting_in(request.POST), form.facts()
        if local is None or facts["is_all_day"]:
            return
        length = facts["ends_at"] - facts["starts_at"]
        facts["starts_at"] = to_utc_lenient(local, facts["time_zone"])
        facts["ends_at"] = facts["starts_at"] + length
        second = draft_meeting(
            by=cast("StaffRequest", request).user,
            at=timezone.now(),
            sitting_of=Meeting.objects.get(pk=first.pk),
            **facts,
        )
        said = _("The second sitting is created as a draft, too: %(when)s.")
        when = format_datetime(second.starts_at, second.time_zone)
        messages.success(request, said % {"when": when})
