"""The staff pages of retention periods: what is deleted when, and what is kept longer."""

from datetime import datetime
from typing import Any, Final, cast

from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from accounts.admin.base import StaffRequest, page, post_data
from accounts.services.permissions import needs
from core.admin.conflicts import ConflictAdmin
from core.admin.lookups import FixedRows
from core.conflicts import NothingChanged, Refused
from core.dates import format_date
from core.pagination import get_page
from privacy.forms import HoldForm, RetentionPeriodForm
from privacy.models import RetentionHold, RetentionPeriod, RetentionRun
from privacy.services.periods import FIXED_PERIODS
from privacy.services.retained_rows import find_table
from privacy.services.retention_periods import (
    HORIZON,
    allowed_hold_days,
    change_retention_days,
    hold_of,
    holds_in_force,
    keep_longer,
    numbers_to_delete,
    overview,
    retained_row,
    rows_to_delete,
)

VIEW: Final = "privacy.view_retentionperiod"
HOLD: Final = "privacy.add_retentionhold"
RUNS_SHOWN: Final = 50


@admin.register(RetentionPeriod)
class RetentionPeriodAdmin(FixedRows, ConflictAdmin):
    """One row for each kind of data. The list is `show_periods()`."""

    form = RetentionPeriodForm
    fields = ("kind", "days", "counted_from", "deleted", "kept", "note")
    readonly_fields = ("kind", "counted_from", "deleted", "kept", "note")
    ordering = ("pk",)
    actions = None

    @admin.display(description=gettext_lazy("counted from"))
    def counted_from(self, period: RetentionPeriod) -> str:
        return str(period.rule.counted_from)

    @admin.display(description=gettext_lazy("what is deleted"))
    def deleted(self, period: RetentionPeriod) -> str:
        return str(period.rule.deleted)

    @admin.display(description=gettext_lazy("what is kept"))
    def kept(self, period: RetentionPeriod) -> str:
        return str(period.rule.kept)

    @admin.display(description=gettext_lazy("proposal to the legal unit"))
    def note(self, period: RetentionPeriod) -> str:
        return str(period.rule.note)

    def save_model(
        self, request: HttpRequest, obj: RetentionPeriod, form: Any, change: Any
    ) -> None:
        # The form has set the new days on its instance; the service compares them with the old.
        days = obj.days
        stored = RetentionPeriod.objects.get(pk=obj.pk)
        try:
            saved = change_retention_days(
                period=stored, days=days, by=cast("StaffRequest", request).user, at=now()
            )
        except NothingChanged:
            return
        if saved.previous_until is not None:
            messages.warning(
                request,
                _("The shorter period takes effect on %(day)s. Until then, %(days)d days hold.")
                % {
                    "day": format_date(saved.previous_until.astimezone().date()),
                    "days": saved.previous_days,
                },
            )

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        # Refuses what each list refuses, such as a filter that it does not offer.
        self.get_changelist_instance(request)
        return show_periods(cast("StaffRequest", request))

    def get_urls(self) -> list[URLPattern]:
        wrap, name = self.admin_site.admin_view, "privacy_retentionperiod"
        return [
            path("<int:pk>/due/", wrap(show_periods), name=f"{name}_due"),
            path("keep/<str:model>/<int:pk>/", wrap(keep), name=f"{name}_keep"),
            *super().get_urls(),
        ]


@require_safe
@needs(VIEW)
def show_periods(request: StaffRequest, pk: int | None = None) -> HttpResponse:
    """Show all retention periods, what is kept longer, and what was deleted.

    Of one kind, if given, also show which records are deleted next, and on which day.
    """
    at = now()
    context = {
        "periods": overview(at=at),
        "horizon": HORIZON.days,
        "fixed": FIXED_PERIODS.values(),
        "holds": holds_in_force(at=at),
        "runs": RetentionRun.objects.order_by("-day", "kind")[:RUNS_SHOWN],
        "may_hold": request.user.has_perm(HOLD),
    }
    if pk is not None:
        context |= _due(request, get_object_or_404(RetentionPeriod, pk=pk), at)
    return _page(request, "overview", context, title=_("Retention periods"))


def _due(request: StaffRequest, period: RetentionPeriod, at: datetime) -> dict[str, Any]:
    """Return the records of one kind that are deleted next, of one table."""
    numbers = numbers_to_delete(period, at=at)
    tables = [table for table, number in numbers if number]
    known = {table.label: table for table, _number in numbers}
    table = known.get(request.GET.get("table", ""), tables[0] if tables else numbers[0][0])
    found = get_page(rows_to_delete(period, table, at=at), request)
    in_force = RetentionHold.objects.in_force(at).filter(model=table.hold_label)
    holds = {hold.record: hold for hold in in_force}
    return {
        "period": period,
        "days": period.days_at(at),
        "tables": [each for each in numbers if each[1]] if len(numbers) > 1 else [],
        "table": table,
        "page": found,
        "rows": [retained_row(period, table, row, holds=holds, at=at) for row in found],
    }


@require_http_methods(["GET", "HEAD", "POST"])
@needs(HOLD, VIEW)
def keep(request: StaffRequest, model: str, pk: int) -> HttpResponse:
    """Keep one record longer than its retention period, with a reason."""
    table = find_table(model)
    name = table.hold_name(pk) if table else None
    if name is None:
        raise Http404
    hold = hold_of(model, pk)
    initial = {"reason": hold.reason} if hold else {}
    form = HoldForm(post_data(request), initial=initial, label_suffix="")
    refusal = ""
    if form.is_valid():
        try:
            keep_longer(model=model, record=pk, **form.cleaned_data, by=request.user, at=now())
        except Refused as refused:
            refusal = str(refused)
        else:
            messages.success(
                request,
                _("Kept until %(day)s.") % {"day": format_date(form.cleaned_data["last_day"])},
            )
            return redirect("admin:privacy_retentionperiod_changelist")
    first, last = allowed_hold_days(now())
    is_wrong = request.method == "POST"
    return _page(
        request,
        "keep",
        {
            "form": form,
            "hold": hold,
            "name": name,
            "refusal": refusal,
            "first": format_date(first),
            "last": format_date(last),
        },
        title=_("Keep a record longer"),
        status=409 if refusal else 422 if is_wrong else 200,
    )


def _page(
    request: StaffRequest, name: str, context: dict[str, Any], *, title: str, status: int = 200
) -> TemplateResponse:
    return page(
        request,
        f"admin/privacy/retentionperiod/{name}.html",
        context,
        model=RetentionPeriod,
        title=title,
        status=status,
    )
