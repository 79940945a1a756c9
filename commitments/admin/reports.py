"""Reports of commitments in the admin: those that were sent, one of them, and the overdue ones."""

from collections.abc import Callable, Sequence
from itertools import zip_longest
from typing import Any

from django.contrib import admin, messages
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import URLPattern, path
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.admin.base import StaffRequest, get_visible_or_404, int_or_invalid, page
from accounts.services.permissions import insist, needs
from commitments.admin.filters import AreaFilter
from commitments.admin.specs import DECIDE, VIEW
from commitments.forms.decisions import ReportQuestionForm
from commitments.models import Commitment, Report, ReportStatus
from commitments.services.overdue_reports import (
    asked_about,
    overdue,
    overdue_by_area,
    with_requests,
)
from commitments.services.report_reminders import Reminder, remind, reminders_for
from commitments.services.report_words import facts_in_words, reported_in_words, title_of
from commitments.services.reports import WAITING, ask_question, publish_report
from commitments.services.result_of_the_month import (
    choosable_values,
    choose_result,
    chosen_in,
    month_of,
    take_away_result,
)
from core.admin.lookups import LookOnly, ScopedAdmin
from core.conflicts import Refused
from core.dates import GENEVA, format_date_short, format_datetime_short, month_in_words
from core.numbers import whole_number
from core.pagination import PAGE_SIZE, get_page
from triage.desk.admin.conversation import can_read_messages


class StatusFilter(admin.SimpleListFilter):
    """The statuses of reports that were sent. Staff see no drafts."""

    title = gettext_lazy("status")
    parameter_name = "status"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, Any]]:
        return [choice for choice in ReportStatus.choices if choice[0] != ReportStatus.DRAFT]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(status=self.value()) if self.value() else queryset


class ReportAreaFilter(AreaFilter):
    """By focus area of the commitment."""

    column = "commitment__focus_area__number"


@admin.register(Report)
class ReportAdmin(ScopedAdmin, LookOnly):
    """The reports that leads have sent; those that wait for staff come first."""

    list_display = ("what", "lead", "state", "name", "sent")
    list_display_links = ("what",)
    list_filter = (StatusFilter, ReportAreaFilter)
    list_select_related = ("commitment__lead", "commitment__focus_area")
    list_per_page = 50
    ordering = (F("published_at").desc(nulls_first=True), "sent_at", "pk")
    search_fields = ("commitment__title", "commitment__reference", "sent_by_name")
    search_help_text = gettext_lazy("Search by title, reference or name of the sender.")
    actions = ("publish",)
    change_list_template = "admin/commitments/report/list.html"

    @admin.display(description=gettext_lazy("commitment"))
    def what(self, report: Report) -> str:
        """Return the title and the reference of the commitment."""
        return str(report.commitment)

    @admin.display(description=gettext_lazy("lead"))
    def lead(self, report: Report) -> str:
        """Return the name of the lead."""
        return report.commitment.lead.organisation_name

    @admin.display(description=gettext_lazy("status"), ordering="status")
    def state(self, report: Report) -> str:
        """Return the status as a chip."""
        return render_to_string("admin/commitments/report/_status.html", {"report": report})

    @admin.display(description=pgettext_lazy("on a commitment", "report"), ordering="due_on")
    def name(self, report: Report) -> str:
        """Return what the report is called."""
        return title_of(report)

    @admin.display(description=gettext_lazy("sent at"), ordering="sent_at")
    def sent(self, report: Report) -> str:
        """Return when the report was sent."""
        return format_datetime_short(report.sent_at, GENEVA) if report.sent_at else "–"

    @admin.action(description=gettext_lazy("Publish these reports"), permissions=["decide"])
    def publish(self, request: StaffRequest, queryset: QuerySet[Report]) -> None:
        """Publish each selected report that waits; say which could not be published."""
        published = 0
        for report in queryset.select_related("commitment"):
            try:
                publish_report(report=report, by=request.user, version=report.version, at=now())
            except Refused as refused:
                self.message_user(request, f"{report.commitment}: {refused}", messages.WARNING)
            else:
                published += 1
        if published:
            said = ngettext(
                "%(number)d report was published.", "%(number)d reports were published.", published
            )
            self.message_user(request, said % {"number": published}, messages.SUCCESS)

    def has_decide_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(DECIDE)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(VIEW)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm(VIEW)

    def get_urls(self) -> list[URLPattern]:
        # These come before Django's own URL patterns, which match any path.
        staff = self.admin_site.admin_view
        pages: list[tuple[str, Callable[..., HttpResponseBase], str]] = [
            ("overdue/", overdue_reports, "overdue"),
            ("overdue/remind/", remind_leads, "remind"),
            ("<int:pk>/change/", report_page, "change"),
            ("<int:pk>/result-of-the-month/", result_of_the_month, "result_of_the_month"),
        ]
        return [
            *(
                path(route, staff(view), name=f"commitments_report_{name}")
                for route, view, name in pages
            ),
            *super().get_urls(),
        ]


@require_safe
@needs(VIEW)
def overdue_reports(request: StaffRequest) -> HttpResponse:
    """List overdue reports with when they were asked for, and their number by focus area."""
    at = now()
    found = overdue(request.user, at=at)
    counted = overdue_by_area(found)
    area = request.GET.get("area", "")
    if (number := whole_number(area)) is not None:
        found = found.filter(focus_area__number=number)
    shown = get_page(found, request)
    commitments = list(shown.object_list)
    asked = asked_about(commitments, with_mail=can_read_messages(request.user))
    reminders = reminders_for(commitments, at=at) if request.user.has_perm(DECIDE) else []
    return page(
        request,
        "admin/commitments/report/overdue.html",
        {
            "areas": counted,
            "area": area,
            "total": sum(count for _area, count in counted),
            "page": shown,
            "rows": [
                (each, format_date_short(each.due_on), reminder)
                for each, reminder in zip_longest(
                    with_requests(commitments, asked, at=at), reminders
                )
            ],
            "may_remind": any(each.refusal is None for each in reminders),
        },
        model=Report,
        title=_("Overdue reports"),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@needs(VIEW, DECIDE)
def remind_leads(request: StaffRequest) -> HttpResponse:
    """Show to whom reminders about some commitments go; a POST sends them.

    What cannot be reminded now is said, and left out.
    """
    at = now()
    chosen = request.POST if request.method == "POST" else request.GET
    keys = [key for typed in chosen.getlist("pk") if (key := whole_number(typed)) is not None]
    rows = Commitment.objects.visible_to(request.user).filter(pk__in=keys[:PAGE_SIZE])
    commitments = list(rows.select_related("lead").order_by("next_report_on", "pk"))
    if not commitments:
        messages.warning(request, _("Choose the commitments whose leads you want to remind."))
        return redirect("admin:commitments_report_overdue")
    if request.method != "POST":
        return _reminders_page(request, reminders_for(commitments, at=at))
    reminded = 0
    for commitment in commitments:
        try:
            remind(commitment=commitment, by=request.user, at=at)
        except Refused as refused:
            messages.warning(request, f"{commitment}: {refused}")
        else:
            reminded += 1
    if reminded:
        said = ngettext(
            "The lead of %(number)d commitment was reminded.",
            "The leads of %(number)d commitments were reminded.",
            reminded,
        )
        messages.success(request, said % {"number": reminded})
    if len(commitments) == 1:
        return redirect("admin:commitments_commitment_change", commitments[0].pk)
    return redirect("admin:commitments_report_overdue")


def _reminders_page(request: StaffRequest, reminders: Sequence[Reminder]) -> HttpResponse:
    return page(
        request,
        "admin/commitments/report/remind.html",
        {
            "reminders": [
                (each, format_date_short(each.due_on) if each.due_on else "") for each in reminders
            ],
            "possible": [each for each in reminders if each.refusal is None],
        },
        model=Report,
        title=_("Remind now"),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@needs(VIEW)
def report_page(request: StaffRequest, pk: int) -> HttpResponse:
    """Show a report that was sent; on POST, publish it, or ask the lead a question."""
    report = get_visible_or_404(_rows(), request.user, pk)
    if request.method != "POST":
        return _page(request, report, ReportQuestionForm())
    insist(request.user, DECIDE)
    form = ReportQuestionForm(request.POST)
    facts: dict[str, Any] = {
        "report": report,
        "by": request.user,
        "version": int_or_invalid(request.POST, "version"),
        "at": now(),
    }
    try:
        if "publish" in request.POST:
            publish_report(**facts)
            messages.success(request, _("The report is published."))
            return redirect("admin:commitments_report_changelist")
        if not form.is_valid():
            return _page(request, report, form, status=422)
        ask_question(question=form.cleaned_data["question"], **facts)
    except Refused as refused:
        report.refresh_from_db()
        return _page(request, report, form, refusal=str(refused), status=409)
    messages.success(request, _("The question was sent to the focal points."))
    return redirect("admin:commitments_report_changelist")


@require_POST
@needs(DECIDE)
def result_of_the_month(request: StaffRequest, pk: int) -> HttpResponse:
    """Choose a value of a published report as the result of this month, or take it away."""
    report = get_visible_or_404(_rows(), request.user, pk)
    facts: dict[str, Any] = {
        "version": int_or_invalid(request.POST, "version"),
        "by": request.user,
        "at": now(),
    }
    try:
        if "take_away" in request.POST:
            take_away_result(**facts)
            messages.success(request, _("This month has no result of the month now."))
        else:
            target = whole_number(request.POST.get("target")) or 0
            choose_result(report=report, target=target, **facts)
            messages.success(request, _("The result of the month is chosen."))
    except Refused as refused:
        report.refresh_from_db()
        return _page(request, report, ReportQuestionForm(), refusal=str(refused), status=409)
    return redirect("admin:commitments_report_change", pk)


def _rows() -> QuerySet[Report]:
    return Report.objects.select_related("commitment__lead", "commitment__focus_area")


def _page(
    request: StaffRequest,
    report: Report,
    form: ReportQuestionForm,
    *,
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    may_decide = request.user.has_perm(DECIDE)
    at = now()
    choosable = choosable_values(report).select_related("target") if may_decide else []
    return page(
        request,
        "admin/commitments/report/page.html",
        {
            "report": report,
            "commitment": report.commitment,
            "facts": facts_in_words(report),
            "shown": report,
            "shown_title": title_of(report),
            "sent_on": format_datetime_short(report.sent_at, GENEVA) if report.sent_at else "",
            "form": form,
            "may_publish": may_decide and report.status in WAITING,
            "may_ask": may_decide and report.status == ReportStatus.SENT,
            "is_waiting": report.status in WAITING,
            "choosable": [
                (value.target_id, value.target.indicator, reported_in_words(value))
                for value in choosable
            ],
            "chosen": chosen_in(month_of(at)) if choosable else None,
            "month": month_in_words(localdate(at)),
            "refusal": refusal,
        },
        model=Report,
        title=title_of(report),
        status=status,
    )
