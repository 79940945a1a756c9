"""The admin of meetings with RSVPs, attendance and scheduling warnings."""

from collections.abc import Iterable
from typing import Any, cast

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils import timezone

from accounts.admin.base import StaffRequest
from meetings.admin.meetings import MeetingAdmin
from meetings.forms.meetings import MeetingForm
from meetings.models import Meeting
from participation.admin import attendance, proposals, rsvps
from participation.models import MeetingProposal
from participation.services import scheduling_warnings

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
            path("proposals/", staff(proposals.proposals), name="meetings_meeting_proposals"),
            path(
                "proposals/<int:pk>/", staff(proposals.proposal), name="meetings_meeting_proposal"
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
        number = MeetingProposal.objects.visible_to(user).open().count()
        return super().changelist_view(request, {**(extra_context or {}), "proposed": number})

    def scheduling_warnings(
        self, request: HttpRequest, meetings: Iterable[Meeting]
    ) -> list[list[str]]:
        """Return the scheduling warnings of each meeting that depend on its attendees."""
        return scheduling_warnings.scheduling_warnings(
            meetings, by=cast("StaffRequest", request).user
        )

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        meeting = kwargs.get("obj")
        if meeting and meeting.ends_at > timezone.now():
            [context["scheduling_warnings"]] = self.scheduling_warnings(request, [meeting])
        return super().render_change_form(request, context, *args, **kwargs)

    def save_model(
        self,
        request: HttpRequest,
        obj: Meeting,
        form: MeetingForm,
        change: bool,  # noqa: FBT001  # Django's own.
    ) -> None:
        super().save_model(request, obj, form, change)
        saved = Meeting.objects.select_related("focus_area").get(pk=obj.pk)
        if saved.ends_at <= timezone.now():
            return
        [remarks] = self.scheduling_warnings(request, [saved])
        for remark in remarks:
            messages.warning(request, remark)
