"""The preview of a change of several meetings, which is carried out once it is confirmed."""

from collections.abc import Callable, Iterable, Mapping

from django.contrib import admin, messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.admin.base import StaffRequest, get_visible_or_404, page
from meetings.forms.recurrence import ConfirmPlanForm, written
from meetings.models import Meeting, MeetingStatus
from meetings.services.recurrence import rule_in_words
from meetings.services.series import OccurrenceConflict, SeriesConflict
from meetings.services.series_plan import OccurrenceOutcome, SeriesPlan
from meetings.services.series_preview import REMOVING_OUTCOMES, PreviewRow, lines_of

# Fields of the preview form itself, in addition to what was typed.
PREVIEW_FIELDS = {"csrfmiddlewaretoken", "versions", "confirmed", "again"}
CHANGED_MEANWHILE = (OccurrenceConflict, SeriesConflict)


class SeriesPreviews(admin.ModelAdmin):
    """Shows a plan for several meetings, and carries it out once it is confirmed."""

    def scheduling_warnings(
        self, request: HttpRequest, meetings: Iterable[Meeting]
    ) -> list[list[str]]:
        """Return warnings for each of some meetings. Another app overrides this."""
        return [[] for _meeting in meetings]

    def notice_times(self, meetings: Iterable[Meeting]) -> str:
        """Return when participants are notified of changes. Another app overrides this."""
        return ""

    def is_cancellation_told(self, meeting: Meeting) -> bool:
        """Return whether people know that a meeting is cancelled. Another app overrides this."""
        return meeting.status == MeetingStatus.CANCELLED

    def _read_first(
        self,
        request: StaffRequest,
        meeting: Meeting,
        *,
        plan: Callable[..., SeriesPlan],
        process: Callable[..., SeriesPlan],
        title: str,
        context: Mapping[str, object],
        refusal: str = "",
    ) -> HttpResponse:
        """Show the preview of a plan, and carry it out when the person has confirmed it.

        If something changed after the person read the preview, or there is a `refusal`, it is shown
        again. Raises what the plan raises, and every other exception of the service function.
        """
        who = {"by": request.user, "at": timezone.now()}
        if "confirmed" in request.POST and not refusal:
            seen = ConfirmPlanForm(request.POST).seen()
            own = get_object_or_404(Meeting, pk=meeting.pk)
            try:
                done = process(meeting=own, versions=seen, **who)
            except CHANGED_MEANWHILE as refused:
                refusal = str(refused)
                # The meeting may have moved to another series, or to none.
                meeting = self._occurrence(request, meeting.pk)
            else:
                return self._done(request, meeting, done)
        planned = plan(meeting=meeting, **who)
        return self._preview(
            request,
            lines_of(planned),
            {
                "versions": written(planned.versions),
                "rule": rule_in_words(planned.series) if planned.series else "",
                **context,
            },
            title=title,
            meeting=meeting,
            refusal=refusal,
        )

    def _done(self, request: StaffRequest, meeting: Meeting, plan: SeriesPlan) -> HttpResponse:
        """Show a message with the number of changed meetings, and redirect to the series."""
        counted = [(outcome, len(plan.with_outcome(outcome))) for outcome in OccurrenceOutcome]
        words = [
            _("%(outcome)s: %(number)d") % {"outcome": outcome.label, "number": number}
            for outcome, number in counted
            if number
        ]
        messages.success(request, " · ".join(words))
        left = Meeting.objects.filter(pk=meeting.pk).first()
        of_series = Q(series=left.series_id) if left and left.series_id else Q()
        changed = Meeting.objects.filter(of_series | Q(pk__in=plan.versions))
        if when := self.notice_times(changed):
            messages.info(request, when)
        if left is None:
            return HttpResponseRedirect(reverse("admin:meetings_meeting_changelist"))
        name = "series" if left.series_id else "change"
        return HttpResponseRedirect(reverse(f"admin:meetings_meeting_{name}", args=[left.pk]))

    def _preview(
        self,
        request: StaffRequest,
        lines: list[PreviewRow],
        context: Mapping[str, object],
        *,
        title: str,
        meeting: Meeting | None = None,
        refusal: str = "",
    ) -> HttpResponse:
        """Show the effect on each meeting, with the typed data in hidden fields."""
        comes = [line for line in lines if line.outcome not in REMOVING_OUTCOMES]
        remarks = self.scheduling_warnings(request, [line.meeting for line in comes])
        said = {id(line): said for line, said in zip(comes, remarks, strict=True)}
        return self._page(
            request,
            "preview",
            meeting,
            {
                "lines": [(line, said.get(id(line), [])) for line in lines],
                "typed": _typed(request.POST),
                "refusal": refusal,
                **context,
            },
            title=title,
            status=409 if refusal else 200,
        )

    def _occurrence(self, request: StaffRequest, pk: int) -> Meeting:
        """Return an occurrence that the user may see. Raises Http404 for any other meeting."""
        occurrences = Meeting.objects.filter(series__isnull=False)
        return get_visible_or_404(
            occurrences.select_related("focus_area", "series"), request.user, pk
        )

    def _page(
        self,
        request: StaffRequest,
        name: str,
        meeting: Meeting | None,
        context: Mapping[str, object],
        *,
        title: str,
        status: int = 200,
    ) -> HttpResponse:
        series = meeting.series if meeting else None
        return page(
            request,
            f"admin/meetings/meeting/{name}.html",
            {
                "meeting": meeting,
                "series_in_words": rule_in_words(series) if series else "",
                **context,
            },
            model=Meeting,
            title=title,
            status=status,
        )


def _typed(sent: QueryDict) -> list[tuple[str, str]]:
    """Return the typed data as pairs of name and value, to be sent again."""
    return [
        (name, value)
        for name, values in sent.lists()
        if name not in PREVIEW_FIELDS
        for value in values
    ]
