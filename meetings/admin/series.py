"""Admin pages of series: staff see a preview before several meetings are changed."""

from collections.abc import Callable
from copy import copy
from datetime import datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.admin.base import StaffRequest, post_data
from accounts.services.permissions import insist
from core.conflicts import Refused, check_version
from meetings.admin.permissions import CANCEL, CHANGE, SCHEDULE, VIEW, MeetingFormRequest
from meetings.admin.previews import SeriesPreviews
from meetings.forms.meetings import ReasonForm
from meetings.forms.recurrence import (
    ChangeRecurrenceForm,
    NewMeetingForm,
    OccurrenceForm,
    ScopeForm,
    new_series,
    rule_of,
)
from meetings.models import Meeting, MeetingStatus, Series
from meetings.services import series as repeating
from meetings.services.meeting_times import meeting_in_words
from meetings.services.meetings import MeetingConflict, MeetingFacts
from meetings.services.recurrence import is_by_the_rule, rule_in_words
from meetings.services.series_plan import Scope, SeriesPlan
from meetings.services.series_planning import (
    INHERITED_FIELDS,
    plan_cancellation,
    plan_change,
    plan_putting_back,
    plan_recurrence_change,
    plan_scheduling,
)
from meetings.services.series_preview import lines_of_new


class SeriesPages(SeriesPreviews):
    """Admin pages of a meeting that also affect the other meetings of its series."""

    def get_urls(self) -> list[URLPattern]:
        pages = {
            "series": self.series,
            "series_days": self.days,
            "series_cancel": self.cancel_occurrences,
            "series_put_on_the_calendar": self.put_occurrences_on_the_calendar,
            "series_put_back": self.put_occurrences_back,
        }
        return [
            *(
                path(
                    f"<int:pk>/{name.replace('_', '-').replace('-', '/', 1)}/",
                    self.admin_site.admin_view(view),
                    name=f"meetings_meeting_{name}",
                )
                for name, view in pages.items()
            ),
            *super().get_urls(),
        ]

    def context_of_days(self, meeting: Meeting, form: ChangeRecurrenceForm) -> dict[str, Any]:
        """Return more for the page about the days of a series. Another app overrides this."""
        return {}

    def second_start(self, request: HttpRequest, facts: MeetingFacts) -> datetime | None:
        """Return when the second sitting that is ticked begins. Another app overrides this."""
        return None

    def series(self, request: StaffRequest, pk: int) -> HttpResponse:
        """Show the rule of a series and all its meetings."""
        insist(request.user, VIEW)
        meeting = self._occurrence(request, pk)
        rows = Meeting.objects.visible_to(request.user).filter(series=meeting.series_id)
        meetings = rows.select_related("series").order_by("starts_at", "pk")
        statuses = {each.status for each in meetings}
        return self._page(
            request,
            "series",
            meeting,
            {
                "has_drafts": MeetingStatus.DRAFT in statuses,
                "is_cancelled": statuses == {MeetingStatus.CANCELLED},
                "has_cancelled": MeetingStatus.CANCELLED in statuses,
                "meetings": [
                    (each, meeting_in_words(each, [each.time_zone])[0], not is_by_the_rule(each))
                    for each in meetings
                ],
            },
            title=_("The series"),
        )

    def cancel_occurrences(self, request: StaffRequest, pk: int) -> HttpResponse:
        """Show the effect of cancelling some meetings of a series; on POST, cancel them."""
        return self._step_of_several(
            request,
            pk,
            permission=CANCEL,
            plan=plan_cancellation,
            process=repeating.cancel_occurrences,
            asks_reason=True,
            title=_("Cancel meetings"),
            what=_(
                "Scheduled meetings stay on the calendar, struck through. Drafts, of which nobody "
                "was notified, are deleted."
            ),
        )

    def put_occurrences_back(self, request: StaffRequest, pk: int) -> HttpResponse:
        """Show which cancelled meetings of a series would take place; on POST, put them back."""
        return self._step_of_several(
            request,
            pk,
            permission=CANCEL,
            plan=plan_putting_back,
            process=repeating.put_back_occurrences,
            title=_("Put back"),
            what=_(
                "The meetings take place after all, with their papers and RSVPs. People who were "
                "told that a meeting is cancelled are told that it takes place."
            ),
        )

    def put_occurrences_on_the_calendar(self, request: StaffRequest, pk: int) -> HttpResponse:
        """Show which drafts of a series would be scheduled; on POST, schedule them."""
        return self._step_of_several(
            request,
            pk,
            permission=SCHEDULE,
            plan=plan_scheduling,
            process=repeating.schedule_occurrences,
            title=_("Schedule"),
            what=_(
                "The participants of these meetings see them from now on, on their pages and in "
                "their calendars. The meetings can then be changed and cancelled, but not returned "
                "to draft."
            ),
        )

    def days(self, request: StaffRequest, pk: int) -> HttpResponse:
        """Ask for other days of a series, show the effect on each meeting, then make the change."""
        # A change of days can cancel meetings and schedule new ones, if this one is scheduled.
        insist(request.user, CHANGE, SCHEDULE, CANCEL)
        meeting = self._occurrence(request, pk)
        series: Any = meeting.series
        goes_on = request.method == "POST"
        form = ChangeRecurrenceForm(
            request.POST if goes_on else None, initial=rule_of(meeting, series)
        )
        title = _("Change the days of the series")
        if not goes_on or not form.is_valid() or "again" in request.POST:
            status = 422 if goes_on and not form.is_valid() else 200
            context = {"form": form, **self.context_of_days(meeting, form)}
            return self._page(request, "days", meeting, context, title=title, status=status)

        sent = form.cleaned_data
        facts = {
            "scope": Scope(sent["scope"]),
            "rule": form.rule(),
            "also_by_hand": sent["also_by_hand"],
        }
        try:
            return self._read_first(
                request,
                meeting,
                plan=lambda **who: plan_recurrence_change(**who, **facts),
                process=lambda **who: repeating.change_recurrence(
                    reason=sent["reason"], **who, **facts
                ),
                title=title,
                context={},
            )
        except Refused as refused:
            context = {"form": form, **self.context_of_days(meeting, form)}
            context["refusal"] = str(refused)
            return self._page(request, "days", meeting, context, title=title, status=409)

    def of_several(self, request: MeetingFormRequest, object_id: str | None) -> HttpResponse | None:
        """Handle the form of a meeting if it affects several; return None if it affects one.

        Raises Refused if the change is not possible. The form then shows the reason.
        """
        meeting = self.get_object(request, unquote(object_id)) if object_id else None
        may = (
            self.has_change_permission(request, meeting)
            if meeting
            else not object_id and self.has_add_permission(request)
        )
        if request.method != "POST" or not may:
            return None
        if "again" in request.POST:
            # The person goes from the preview back to the form. The form has no errors to show.
            request.typed, request.method = request.POST, "GET"
            messages.info(request, _("Nothing is saved yet. Edit the form, then save it."))
            return None
        kind = self.get_form(request, meeting)
        form: Any = kind(request.POST, instance=meeting)
        if isinstance(form, NewMeetingForm):
            return self._plan_series(request, form) if _is_of_a_series(form) else None
        if isinstance(form, OccurrenceForm) and _concerns_several(form):
            return self._change_several(request, Meeting.objects.get(pk=form.instance.pk), form)
        return None

    def _plan_series(self, request: StaffRequest, form: NewMeetingForm) -> HttpResponse:
        """Show the meetings that a new series would have; on the second POST, draft them."""
        series, days = new_series(form)
        facts = form.facts()
        second_start = self.second_start(request, facts)
        if "confirmed" in request.POST:
            draft: Callable[..., Series] = repeating.draft_series
            if second_start:
                draft = partial(repeating.draft_series_in_two_sittings, second_start=second_start)
            made = draft(rule=form.rule(), by=request.user, at=timezone.now(), **facts)
            drafted = made.meetings.earliest("occurrence")
            if second_start:
                messages.success(request, _("Each meeting has a second sitting, as a draft, too."))
            said = ngettext(
                "%(number)d draft meeting created. Only staff see it until it is scheduled.",
                "%(number)d draft meetings created. Only staff see them until they are scheduled.",
                len(days),
            )
            messages.success(request, said % {"number": len(days)})
            address = reverse("admin:meetings_meeting_series", args=[drafted.pk])
            return HttpResponseRedirect(address)
        told = {name: value for name, value in facts.items() if name in INHERITED_FIELDS}
        lines = lines_of_new(series, days, told)
        if second_start:
            lines += lines_of_new(_series_at(second_start, series), days, told)
        return self._preview(
            request,
            lines,
            {"do": _("Create draft meetings"), "rule": rule_in_words(series)},
            title=_("New series"),
        )

    def _change_several(
        self, request: StaffRequest, meeting: Meeting, form: OccurrenceForm
    ) -> HttpResponse:
        """Show the effect of a change on some meetings of a series; on the second POST, save it."""
        check_version(meeting, form.version_seen, MeetingConflict)
        scope, reason = Scope(form.cleaned_data["scope"]), form.cleaned_data["reason"]
        facts = {**form.facts(), "also_by_hand": form.cleaned_data["also_by_hand"]}
        return self._read_first(
            request,
            meeting,
            plan=lambda **who: plan_change(scope=scope, **who, **facts),
            process=lambda **who: repeating.change_occurrences(
                scope=scope, reason=reason, **who, **facts
            ),
            title=_("Change several meetings"),
            context={},
        )

    def _step_of_several(
        self,
        request: StaffRequest,
        pk: int,
        *,
        permission: str,
        plan: Callable[..., SeriesPlan],
        process: Callable[..., SeriesPlan],
        title: str,
        what: str,
        asks_reason: bool = False,
    ) -> HttpResponse:
        """Ask which meetings to change, show the effect, and on POST make the change."""
        insist(request.user, permission)
        meeting = self._occurrence(request, pk)
        chosen = request.POST if request.method == "POST" else request.GET
        # The form of a reason sends the choice first, and then the scope of the preview.
        scopes = chosen.getlist("scope") or [Scope.THIS]
        form = ScopeForm({"scope": scopes[0 if "preview" in chosen else -1]})
        if not form.is_valid():
            form = ScopeForm({"scope": Scope.THIS})
            form.is_valid()
        scope = Scope(form.cleaned_data["scope"])
        context: dict[str, object] = {"what": what, "scope_form": form}
        typed, refusal = {}, ""
        if asks_reason:
            context["reason_form"] = reason_form = ReasonForm(post_data(request))
            if reason_form.is_valid():
                typed = reason_form.cleaned_data
            elif reason_form.is_bound:
                refusal = _("Nothing was cancelled. Shorten the reason.")
        try:
            return self._read_first(
                request,
                meeting,
                plan=lambda **who: plan(scope=scope, **who),
                process=lambda **who: process(scope=scope, **typed, **who),
                title=title,
                context=context,
                refusal=refusal,
            )
        except Refused as refused:
            status = 409 if request.method == "POST" else 200
            context["refusal"] = str(refused)
            return self._page(request, "preview", meeting, context, title=title, status=status)


def _series_at(starts_at: datetime, series: Series) -> Series:
    """Return an unsaved series on the same days, at the time of day of another start."""
    other = copy(series)
    other.local_time = starts_at.astimezone(ZoneInfo(series.time_zone)).time()
    return other


def _is_of_a_series(form: NewMeetingForm) -> bool:
    return form.is_valid() and bool(form.cleaned_data["repeats"])


def _concerns_several(form: OccurrenceForm) -> bool:
    return form.is_valid() and form.cleaned_data["scope"] in (Scope.LATER, Scope.ALL)
