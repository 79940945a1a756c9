"""Admin pages of rates of exchange: the list, the import, and the amounts that need attention."""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final, cast

from django.contrib import admin, messages
from django.core import signing
from django.db.models import Count, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path
from django.utils.timezone import now
from django.utils.translation import gettext, gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.admin.base import StaffRequest, page, post_data
from accounts.services.permissions import needs
from commitments.forms.rates import CheckedRates, ConvertAgainForm, RatesForm
from commitments.models import Amount, Commitment, ExchangeRate
from commitments.services.conversion import in_dollars
from commitments.services.money import differing_amounts, waiting_amounts
from commitments.services.money_in_words import (
    US_DOLLAR,
    currency_name,
    money_in_words,
    rate_in_words,
)
from commitments.services.rates import (
    COLUMNS,
    CheckedRow,
    LargeDifference,
    Outcome,
    RateRow,
    compare_rates,
    import_rates,
    outcomes,
)
from commitments.services.reconversion import convert_again
from core.admin.history import HistoryAdmin
from core.conflicts import Refused
from core.dates import month_in_words
from core.spreadsheet_parsing import MAX_FILE_SIZE, Unreadable
from core.uploads import accepts_files

VIEW = "commitments.view_exchangerate"
IMPORT = ("commitments.add_exchangerate", "commitments.change_exchangerate")
# Converting again changes published figures of any commitment.
CONVERT = (*IMPORT, "commitments.view_commitment")
LIST = "admin:commitments_exchangerate"
IMPORT_PAGE = "admin:commitments_exchangerate_import"
# The amounts whose rate was corrected are listed up to this number.
MAX_DIFFERING: Final = 200


@admin.register(ExchangeRate)
class ExchangeRateAdmin(HistoryAdmin):
    """The rates, read-only; they change only by an import, which also corrects a single rate."""

    list_display = ("month_shown", "currency", "name", "rate_shown", "source")
    list_display_links = ("month_shown",)
    list_filter = ("source",)
    search_fields = ("currency", "source", "month")
    search_help_text = gettext_lazy("Search by currency, source or month (2026-11).")
    list_select_related = False
    ordering = ("-month", "currency")
    fields = ("currency", "name", "month_shown", "rate_shown", "source")
    readonly_fields = fields

    @admin.display(description=gettext_lazy("month"), ordering="month")
    def month_shown(self, rate: ExchangeRate) -> str:
        return month_in_words(rate.month)

    @admin.display(description=gettext_lazy("name"))
    def name(self, rate: ExchangeRate) -> str:
        return currency_name(rate.currency)

    @admin.display(description=gettext_lazy("units for one US dollar"), ordering="rate")
    def rate_shown(self, rate: ExchangeRate) -> str:
        return rate_in_words(rate.rate)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_urls(self) -> list[URLPattern]:
        wrap, name = self.admin_site.admin_view, "commitments_exchangerate"
        return [
            path("import/", wrap(import_file), name=f"{name}_import"),
            path("import/confirm/", wrap(import_confirm), name=f"{name}_import_confirm"),
            path("amounts/", wrap(show_amounts), name=f"{name}_amounts"),
            path(
                "<int:pk>/convert-again/",
                wrap(show_convert_again),
                name=f"{name}_convert_again",
            ),
            *super().get_urls(),
        ]


@require_http_methods(["GET", "HEAD", "POST"])
@needs(*IMPORT)
@accepts_files(lambda: MAX_FILE_SIZE)
def import_file(request: StaffRequest) -> HttpResponse:
    """Ask for a spreadsheet of rates, and show what the import would do with each row."""
    if request.method != "POST":
        return _upload_page(request, RatesForm(label_suffix=""))
    form = RatesForm(request.POST, request.FILES, label_suffix="")
    if not form.is_valid():
        return _upload_page(request, form, status=422)
    checked: list[CheckedRow] = form.cleaned_data["file"]
    numbers = outcomes(checked)
    if numbers[Outcome.WRONG]:
        return _upload_page(request, form, checked=checked, status=422)
    try:
        sealed = CheckedRates.of(checked).sealed(request.user)
    except Unreadable as refused:
        form.add_error("file", str(refused))
        return _upload_page(request, form, status=422)
    return _check_page(request, checked, sealed)


@require_POST
@needs(*IMPORT)
def import_confirm(request: StaffRequest) -> HttpResponse:
    """Import the checked rates, all or none."""
    try:
        checked = CheckedRates.unsealed(request.POST.get("parcel", ""), request.user)
    except signing.BadSignature:
        messages.error(
            request,
            gettext("Nothing was imported because the check has expired. Choose the file again."),
        )
        return redirect(IMPORT_PAGE)
    try:
        made = import_rates(
            checked.rows,
            seen=checked.seen,
            by=request.user,
            at=now(),
            is_difference_confirmed="difference" in request.POST,
        )
    except LargeDifference as refused:
        return _check_page(
            request, compare_rates(checked.rows), request.POST["parcel"], error=str(refused)
        )
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect(IMPORT_PAGE)
    messages.success(
        request,
        gettext(
            "Rates imported: %(new)d new, %(changed)d changed. Amounts converted: %(converted)d."
        )
        % {"new": made.new, "changed": made.changed, "converted": made.converted},
    )
    return redirect(f"{LIST}_changelist")


@require_safe
@needs(VIEW, "commitments.view_commitment")
def show_amounts(request: StaffRequest) -> HttpResponse:
    """Show the months for which amounts wait for a rate, and amounts whose rate was corrected."""
    waiting = (
        waiting_amounts()
        .filter(commitment__in=Commitment.objects.visible_to(request.user))
        .values("currency", "rate_month")
        .annotate(number=Count("pk"), original=Sum("original"))
        .order_by("currency", "rate_month")
    )
    differing = (
        differing_amounts()
        .filter(commitment__in=Commitment.objects.visible_to(request.user))
        .select_related("commitment")
        .order_by("commitment__reference", "position", "pk")
    )
    return _page(
        request,
        "amounts",
        {
            "waiting": [
                {
                    **row,
                    "name": currency_name(row["currency"]),
                    "month": month_in_words(cast("date", row["rate_month"])),
                }
                for row in waiting
            ],
            "differing": [
                {**_differing(amount), "rate_key": cast("Any", amount).present_rate_key}
                for amount in differing[:MAX_DIFFERING]
            ],
            "may_convert": request.user.has_perms(CONVERT),
        },
        title=gettext("Amounts and rates"),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@needs(*CONVERT)
def show_convert_again(request: StaffRequest, pk: int) -> HttpResponse:
    """Show the amounts that another rate converted, and convert them again with a public note."""
    rate = get_object_or_404(ExchangeRate, pk=pk)
    form = ConvertAgainForm(post_data(request), initial={"seen": rate.rate}, label_suffix="")
    if request.method == "POST" and form.is_valid():
        try:
            commitments = convert_again(rate, **form.cleaned_data, by=request.user, at=now())
        except Refused as refused:
            messages.error(request, str(refused))
            return redirect(f"{LIST}_amounts")
        done = ngettext(
            "Converted again: the amounts of %(number)d commitment.",
            "Converted again: the amounts of %(number)d commitments.",
            len(commitments),
        )
        messages.success(request, done % {"number": len(commitments)})
        return redirect(f"{LIST}_amounts")
    differing = differing_amounts().filter(currency=rate.currency, rate_month=rate.month)
    rows = differing.select_related("commitment").order_by("commitment__reference", "pk")
    return _page(
        request,
        "convert_again",
        {
            "form": form,
            "rate": rate_in_words(rate.rate),
            "currency": rate.currency,
            "month": month_in_words(rate.month),
            "rows": [
                {**_differing(amount), "after": money_in_words(in_dollars(amount, rate), US_DOLLAR)}
                for amount in rows
            ],
        },
        title=gettext("Convert again"),
        status=422 if form.errors else 200,
    )


def _differing(amount: Amount) -> dict[str, Any]:
    """Return an amount that another rate converted, as the pages show it."""
    return {
        "amount": amount,
        "original": money_in_words(amount.original, amount.currency),
        "usd": money_in_words(cast("Decimal", amount.usd), US_DOLLAR),
        "month": month_in_words(cast("date", amount.rate_month)),
        "rate": rate_in_words(cast("Decimal", amount.rate)),
        "present_rate": rate_in_words(cast("Any", amount).present_rate),
    }


def _check_page(
    request: StaffRequest, checked: Sequence[CheckedRow], sealed: str, *, error: str = ""
) -> HttpResponse:
    """Show what an import does with each right row, and ask about large differences."""
    numbers = outcomes(checked)
    return _page(
        request,
        "import_check",
        {
            "rows": [_shown(each) for each in checked],
            "numbers": _in_words(numbers),
            "sealed": sealed,
            "is_useless": numbers[Outcome.SAME] == len(checked),
            "large_differences": sum(each.differs_much for each in checked),
            "error": error,
        },
        title=gettext("Check the rates"),
        status=422 if error else 200,
    )


def _shown(checked: CheckedRow) -> dict[str, Any]:
    """Return a right row as the page of the check shows it."""
    row, earlier = cast("RateRow", checked.row), checked.month_before
    return {
        "number": checked.number,
        "outcome": checked.outcome.label,
        "currency": row.currency,
        "month": f"{row.month:%Y-%m}",
        "rate": rate_in_words(row.rate),
        "before": rate_in_words(checked.before.rate) if checked.before else "",
        "month_before": rate_in_words(earlier.rate) if earlier else "",
        "month_of_it": f"{earlier.month:%Y-%m}" if earlier else "",
        "differs_much": checked.differs_much,
        "source": row.source,
    }


def _in_words(numbers: Counter[Outcome]) -> list[str]:
    """Return how many rows have each outcome, in words."""
    sentences = {
        Outcome.NEW: ngettext("%(number)d new rate", "%(number)d new rates", numbers[Outcome.NEW]),
        Outcome.CHANGED: ngettext(
            "%(number)d changed rate", "%(number)d changed rates", numbers[Outcome.CHANGED]
        ),
        Outcome.SAME: ngettext(
            "%(number)d rate that is the same",
            "%(number)d rates that are the same",
            numbers[Outcome.SAME],
        ),
    }
    return [
        sentence % {"number": numbers[outcome]}
        for outcome, sentence in sentences.items()
        if numbers[outcome]
    ]


def _upload_page(
    request: StaffRequest,
    form: RatesForm,
    *,
    checked: list[CheckedRow] | None = None,
    status: int = 200,
) -> HttpResponse:
    wrong = [row for row in checked or [] if row.outcome == Outcome.WRONG]
    return _page(
        request,
        "import_file",
        {"form": form, "wrong": wrong, "number": len(checked or []), "columns": COLUMNS},
        title=gettext("Import rates"),
        status=status,
    )


def _page(
    request: StaffRequest, name: str, context: dict[str, Any], *, title: str, status: int = 200
) -> HttpResponse:
    return page(
        request,
        f"admin/commitments/exchangerate/{name}.html",
        context,
        model=ExchangeRate,
        title=title,
        status=status,
    )
