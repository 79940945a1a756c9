"""The page on which a lead reports, opened by a private link or after signing in.

A GET changes nothing. Every POST keeps what was typed, so nothing is lost with an error. With
`keep=1`, a script in the page saves while somebody types.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode

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
from core.autosave import (
    Difference,
    Page,
    ThirdVersion,
    differences,
    is_by_script,
    new_page,
    other_version_response,
    refused_response,
    saved_response,
)
from core.conflicts import Refused
from core.dates import format_date, format_date_short
from core.language_switch import form_as_typed, switched_language
from core.numbers import whole_number
from core.rate_limits import HOUR, TooManyAttempts, count_attempt
from eoi.views.error_summary import ErrorSummary, with_retry_after
from eoi.views.token_auth import no_index
from members.models import FocalPoint
from members.services.private_links import InvalidLink, check_unrevoked
from members.views.signed_in import MemberRequest, member_page

# The script of the page saves at most twenty times a minute.
MAX_SAVES_PER_HOUR: Final = 600


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def report_by_link(request: HttpRequest, token: str) -> HttpResponseBase:
    """Show and send the report of a commitment, to a focal point with a private link."""
    at = timezone.now()
    try:
        link = report_link_of(token, at=at)
        page = ReportPage(request, link.focal_point, link.commitment, at, is_by_link=True)
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
    return ReportPage(request, by_member[commitment.lead_id], commitment, at).respond()


@dataclass
class ReportPage:
    """One request of the page, by a focal point of the lead."""

    request: HttpRequest
    person: FocalPoint
    commitment: Commitment
    at: datetime
    is_by_link: bool = False

    @cached_property
    def report(self) -> Report | None:
        """The report that can be written now; None if there is none."""
        if self.commitment.status != CommitmentStatus.PUBLISHED:
            return None
        return services.open_report(self.commitment, at=self.at)

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

    @property
    def is_other(self) -> bool:
        """Whether the page shows what another page typed, and only if something is kept of it."""
        is_asked_for = self.request.GET.get("version") == "other"
        return is_asked_for and bool(self.report and services.other_fields(self.report))

    def address(self, **query: str) -> str:
        """Return the address of the page, of the correction or the new report if it is open."""
        opened = ("correct", "write")
        query |= {name: self.request.GET[name] for name in opened if name in self.request.GET}
        return f"{self.request.path}?{urlencode(query)}" if query else self.request.path

    def respond(self) -> HttpResponse:
        if self.request.method != "POST":
            if self.is_other:
                return self.other_page()
            return self.page(self.stored_form() if self.is_form_shown else None)
        try:
            return self.post()
        except TooManyAttempts as refused:
            refusal = ErrorSummary(_("Not saved"), (str(refused),))
            return with_retry_after(self.page(self.posted_form(), refusal, status=429), refused)
        except services.AlreadySent:
            # A second click, or Back and the button again: the page shows what was sent.
            return redirect(self.request.path)
        except (services.ReportConflict, ThirdVersion) as conflict:
            return self.conflict(conflict)
        except Refused as refused:
            self.commitment.refresh_from_db()
            vars(self).pop("report", None)
            return self.page(None, ErrorSummary(_("Not sent"), (str(refused),)), status=409)

    def post(self) -> HttpResponse:
        form = self.posted_form()
        if switched_language(self.request):
            return self.page(form_as_typed(form))
        who = f"{self.person.pk} {self.commitment.pk}"
        count_attempt("report", who, limit=MAX_SAVES_PER_HOUR, within=HOUR, at=self.at)
        if self.is_by_link:
            check_unrevoked(self.person)
        if self.report is None:
            return self.page(None, self.nothing_to_report(), status=409)
        # The Enter key in a field presses no button, and sends nothing either.
        if is_by_script(self.request.POST) or "send" not in self.request.POST:
            return self.save(form)
        if not form.is_valid():
            kept = self.kept(form)
            if kept.is_other_version:
                return redirect(self.address(version="other"))
            return self.page(self.form(self.newer(kept.report.version)), status=422)
        try:
            services.send(content=form.content(), version=self.version, **self.facts)
        except services.ReportConflict:
            kept = self.kept(form)
            if kept.is_other_version:
                return redirect(self.address(version="other"))
            # The page saved it itself, before the Back button showed it again.
            services.send(content=form.content(), version=kept.report.version, **self.facts)
        messages.success(self.request, _("Thank you. The report is sent."))
        return redirect(self.request.path)

    def save(self, form: ReportForm) -> HttpResponse:
        """Keep what was typed; answer the script of the page, or the person."""
        by_script = is_by_script(self.request.POST)
        try:
            kept = self.kept(form)
        except Refused as refused:
            if not by_script:
                raise
            return refused_response(refused)
        if by_script:
            if kept.is_other_version:
                return other_version_response()
            return saved_response(kept.report.version, kept.report.saved_at)
        if kept.is_other_version:
            return redirect(self.address(version="other"))
        messages.success(self.request, _("Saved, and not sent yet. Open this page again to go on."))
        return redirect(self.address())

    def kept(self, form: ReportForm) -> services.SavedReport:
        page = Page.that_posted(self.request.POST)
        return services.save_draft(typed=form.typed(), page=page, **self.facts)

    @property
    def facts(self) -> dict[str, Any]:
        return {"commitment": self.commitment, "by": self.person, "at": self.at}

    @property
    def version(self) -> int:
        """The version of the report that the page showed; -1, which no report has, without one."""
        version = whole_number(self.request.POST.get("draft_version"))
        return -1 if version is None else version

    def newer(self, version: int) -> dict[str, Any]:
        """Return what was posted, with the version that is stored now."""
        return {**self.request.POST.dict(), "draft_version": str(version)}

    def conflict(self, conflict: Refused) -> HttpResponse:
        """Show what was typed and is not kept, and how it differs from what is stored.

        The report was sent or published meanwhile, or two versions are kept already.
        """
        vars(self).pop("report", None)
        if self.report is None:
            return self.page(None, ErrorSummary(_("Not sent"), (str(conflict),)), status=409)
        form = form_as_typed(self.form(self.newer(self.report.version)))
        if isinstance(conflict, services.AlreadyPublished):
            return self.page(form, ErrorSummary(_("Not sent"), (str(conflict),)), status=409)
        refusal = ErrorSummary(
            _("This report was changed in another window or by a colleague"),
            (
                str(conflict),
                _("What you typed is shown below. If you save or send it, it replaces the other."),
            ),
        )
        return self.page(form, refusal, differences=self.differences(form), status=409)

    def other_page(self) -> HttpResponse:
        """Show what another page typed, and how it differs from what is stored."""
        if self.report is None:
            raise Http404
        form = self.typed_form({**services.other_fields(self.report), "is_other": "1"})
        refusal = ErrorSummary(
            _("This report was changed in another window or by a colleague"),
            (
                _(
                    "What you typed here is kept too, and is shown below. If you save it, it "
                    "replaces the other version."
                ),
            ),
        )
        return self.page(form, refusal, differences=self.differences(form))

    def differences(self, form: ReportForm) -> list[Difference]:
        """Return the fields in which what is shown differs from what is stored."""
        return differences(self.stored_form().labelled_fields(), form.labelled_fields())

    def posted_form(self) -> ReportForm:
        return self.form(self.request.POST.dict())

    def stored_form(self) -> ReportForm:
        """Return the form with what was typed last, or with the report that was sent."""
        if self.report is not None and self.report.typed:
            return self.typed_form(services.typed_fields(self.report))
        return self.form(None)

    def typed_form(self, typed: dict[str, str]) -> ReportForm:
        """Return the form as it was typed, on a new page that shows the present version."""
        version = self.report.version if self.report else 0
        page = {"draft_version": str(version), "page": new_page()}
        return form_as_typed(self.form({**typed, **page}))

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

    def nothing_to_report(self) -> ErrorSummary:
        return ErrorSummary(_("Not sent"), (_("No report can be written now. See below."),))

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
            "other_address": self.report
            and services.other_fields(self.report)
            and self.address(version="other"),
            "kept_address": self.address(),
            "is_other": self.is_other,
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
