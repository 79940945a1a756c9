"""Admin page of sittings: meetings that take place several times, for different time zones."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.admin.base import StaffRequest, get_visible_or_404, page
from accounts.services.permissions import insist
from core.admin.conflicts import VersionForm
from core.conflicts import Refused
from meetings.admin.permissions import CHANGE
from meetings.models import Meeting, MeetingQuerySet, MeetingStatus
from meetings.services.meeting_times import meeting_in_words
from meetings.services.sittings import link_sittings, separate_sitting


class MeetingChoice(forms.ModelChoiceField):
    """A choice of meetings, each with its title and its time."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.title} · {meeting_in_words(obj, [obj.time_zone])[0]}"


class SittingForm(VersionForm):
    """Choose the meeting that this one is another sitting of."""

    other = MeetingChoice(label=gettext_lazy("Another sitting of"), queryset=Meeting.objects.none())

    def __init__(self, *args: Any, meetings: MeetingQuerySet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        other: Any = self.fields["other"]
        other.queryset = meetings


class SittingPages(admin.ModelAdmin):
    """The page that links a meeting with its other sittings, or separates it from them."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.sittings)
        name = "meetings_meeting_sittings"
        return [path("<int:pk>/sittings/", view, name=name), *super().get_urls()]

    def sittings(self, request: StaffRequest, pk: int) -> HttpResponse:
        """Show the other sittings of a meeting; on POST, link it with one or separate it."""
        insist(request.user, CHANGE)
        meeting = get_visible_or_404(Meeting.objects.select_related("focus_area"), request.user, pk)
        others = list(Meeting.objects.visible_to(request.user).other_sittings(meeting))
        form = self._form(request, meeting)
        refusal, status = "", 200
        if request.method == "POST":
            status = 422
            if "separate" in request.POST or form.is_valid():
                try:
                    self._take(request, meeting, form)
                except Refused as refused:
                    refusal, status = str(refused), 409
                    form = SittingForm(
                        initial={"version": meeting.version}, meetings=_choices(request, meeting)
                    )
                else:
                    return HttpResponseRedirect(reverse("admin:meetings_meeting_change", args=[pk]))
        return page(
            request,
            "admin/meetings/meeting/sittings.html",
            {
                "meeting": meeting,
                "when": meeting_in_words(meeting, [meeting.time_zone, "UTC"]),
                "others": [
                    (each, meeting_in_words(each, [each.time_zone, "UTC"])) for each in others
                ],
                "is_linked": meeting.sitting_of_id or meeting.sittings.exists(),
                "form": form,
                "refusal": refusal,
            },
            model=Meeting,
            title=_("Other sittings"),
            status=status,
        )

    def _form(self, request: StaffRequest, meeting: Meeting) -> SittingForm:
        sent = request.POST if request.method == "POST" and "separate" not in request.POST else None
        return SittingForm(
            sent, initial={"version": meeting.version}, meetings=_choices(request, meeting)
        )

    def _take(self, request: StaffRequest, meeting: Meeting, form: SittingForm) -> None:
        """Make the change that was sent, and show a message. Raises Refused."""
        who: Any = {"meeting": meeting, "by": request.user, "at": timezone.now()}
        if "separate" in request.POST:
            separate_sitting(version=VersionForm(request.POST).version_seen, **who)
            messages.success(request, _("Sitting unlinked."))
        else:
            facts = form.cleaned_data
            link_sittings(other=facts["other"], version=form.version_seen, **who)
            messages.success(
                request,
                _("The meeting is now another sitting of “%(title)s”.")
                % {"title": facts["other"].title},
            )


def _choices(request: StaffRequest, meeting: Meeting) -> MeetingQuerySet:
    """Return the upcoming meetings that the user may see and link with a meeting."""
    to_come = Meeting.objects.visible_to(request.user).upcoming(timezone.now())
    return to_come.exclude(pk=meeting.pk).exclude(status=MeetingStatus.CANCELLED)
