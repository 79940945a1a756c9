"""The page on which a lead reports, opened by a private link or after signing in.

It is kept as it is typed, as `eoi/views/autosaved_page.py` says.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from commitments.forms.reports import ReportForm
from commitments.models import Commitment, CommitmentStatus, Report, ReportStatus
from commitments.services import reports as services
from commitments.services.conditions import values_by_target
from commitments.services.private_pages import report_link_of
from commitments.services.report_words import facts_in_words, is_additional, title_of
from core.autosave import Difference, Page
from core.conflicts import Refused
from core.dates import format_date, format_date_short
from core.language_switch import form_as_typed
from eoi.views.autosaved_page import AutosavedPage, Kept
from eoi.views.error_summary import ErrorSummary
from eoi.views.token_auth import no_index
from members.models import FocalPoint
from members.services.private_links import InvalidLink
from members.views.signed_in import MemberRequest, member_page


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def report_by_link(request: HttpRequest, token: str) -> HttpResponseBase:
    """Show and send the report of a commitment, to a focal point with a private link."""
    at = timezone.now()
    try:
        link = report_link_of(token, at=at)
        page = ReportPage(request, link.focal_point, at, link.commitment, is_by_link=True)
        return no_index(page.respond())
    except InvalidLink:
        return no_index(render(request, "commitments/report_refused.html", status=404))


@require_http_methods(["GET", "HEAD", "POST"])
@member_page
def report(
    request: MemberRequest, people: Sequence[FocalPoint], at: datetime, reference: str
) -> HttpResponseBase:
    """Show and send the report of a commitment, to a signed-in focal point of the lead."""
    by_member = {person.member_id: person for person in reversed(people)}
    public = Commitment.objects.public().select_related("lead", "focus_area")
    commitment = public.filter(reference=reference, lead__in=by_member).first()
    if commitment is None:
        raise Http404
    return ReportPage(request, by_member[commitment.lead_id], at, commitment).respond()


@dataclass
class ReportPage(AutosavedPage[ReportForm]):
    """One request of the page, by a focal point of the lead."""

    commitment: Commitment
    scope = "report"
    # Of the correction, and of a report that nobody asked for.
    opened_by = ("correct", "write")

    @cached_property
    def report(self) -> Report | None:
        """The report that can be written now; None if there is none."""
        if self.commitment.status != CommitmentStatus.PUBLISHED:
            return None
        return services.open_report(self.commitment, at=self.at)

    @property
    def row(self) -> Report | None:
        return self.report

    @property
    def subject(self) -> str:
        return str(self.commitment.pk)

    @property
    def is_additional(self) -> bool:
        """Whether the report that can be written now is not asked for."""
        return self.report is not None and is_additional(self.report)

    @property
    def is_form_shown(self) -> bool:
        """Whether the page shows the form.

        A report that was sent is shown read-only, unless it is corrected. An additional one is
        begun by a link.
        """
        if self.report is None:
            return False
        query = self.request.GET
        if self.report.status == ReportStatus.SENT:
            return "correct" in query or self.is_other
        return self.report.version > 0 or not self.is_additional or "write" in query

    def opened(self) -> HttpResponse:
        return self.page(self.stored_form() if self.is_form_shown else None)

    def posted(self, form: ReportForm) -> HttpResponse:
        if self.report is None:
            raise Refused(_("No report can be written now. See below."))
        return super().posted(form)

    def keep(self, form: ReportForm, page: Page) -> Kept:
        report, is_other = services.save_draft(typed=form.typed(), page=page, **self.facts)
        return Kept(report.version, report.saved_at, is_other)

    def send(self, form: ReportForm, version: int) -> None:
        services.send(content=form.content(), version=version, **self.facts)
        messages.success(self.request, _("Thank you. The report is sent."))

    def sent(self) -> HttpResponse:
        return redirect(self.request.path)

    @property
    def facts(self) -> dict[str, Any]:
        return {"commitment": self.commitment, "by": self.person, "at": self.at}

    def reload(self) -> None:
        vars(self).pop("report", None)

    def refused(self, refused: Refused) -> HttpResponse:
        self.commitment.refresh_from_db()
        self.reload()
        return self.page(None, ErrorSummary(_("Not sent"), (str(refused),)), status=409)

    def conflict(self, conflict: Refused) -> HttpResponse:
        if not isinstance(conflict, services.AlreadyPublished):
            return super().conflict(conflict)
        self.reload()
        form = self.form(self.newer(self.report.version)) if self.report else None
        refusal = ErrorSummary(_("Not sent"), (str(conflict),))
        return self.page(form and form_as_typed(form), refusal, status=409)

    def changed_meanwhile(self) -> str:
        return _("This report was changed in another window or by a colleague")

    def form(self, data: dict[str, Any] | None) -> ReportForm:
        report = self.report or Report(commitment=self.commitment, version=0)
        return ReportForm(
            data,
            report=report,
            commitment=self.commitment,
            targets=self.targets,
            last_values=self.last_values,
            last=services.last_published(self.commitment),
            day=timezone.localdate(self.at),
            language=self.person.language,
        )

    @cached_property
    def targets(self) -> Any:
        return services.reported_targets(self.commitment)

    @cached_property
    def last_values(self) -> dict[int, Any]:
        found = values_by_target([self.commitment.pk])
        return {pk: values[-1] for pk, values in found.items() if values}

    def page(
        self,
        form: ReportForm | None,
        refusal: ErrorSummary | None = None,
        *,
        differences: Sequence[Difference] = (),
        status: int = 200,
    ) -> HttpResponse:
        shown = self.report if self.report is not None and self.report.sent_at else None
        if form is None and shown is None:
            shown = services.last_published(self.commitment)
        is_asked = self.report is not None and not self.is_additional
        due_on = self.report.due_on if self.report and is_asked else self.commitment.next_report_on
        context = {
            "commitment": self.commitment,
            "person": self.person,
            "form": form,
            "refusal": refusal,
            "differences": differences,
            **self.versions(),
            "report": self.report,
            "shown": shown if form is None else None,
            "facts": facts_in_words(shown) if shown and form is None else [],
            "can_correct": form is None and self.report is not None and bool(self.report.sent_at),
            "is_additional": self.is_additional,
            "has_ended": self.commitment.status != CommitmentStatus.PUBLISHED,
            "is_by_link": self.is_by_link,
            "due_on": due_on and format_date(due_on),
            "shown_title": shown and title_of(shown),
            "sent_on": shown and shown.sent_at and format_date_short(localdate(shown.sent_at)),
        }
        return render(self.request, "commitments/report.html", context, status=status)
