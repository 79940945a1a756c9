"""Admin pages of amounts: the list, whether one counts, and amounts that may be the same money."""

from typing import Any, Final

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path
from django.utils.timezone import now
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.admin.base import StaffRequest, page
from accounts.services.permissions import needs
from commitments.admin.second_person import ASKED, amount_request
from commitments.forms.counting import CountHere, CountingForm, Keep, LostAmountForm, PairForm
from commitments.models import STATUSES_IN_FORCE, Amount, Commitment, ContributorAnswer
from commitments.services.double_counting import (
    LostAmount,
    Pair,
    lost_amounts,
    possible_double_counts,
)
from commitments.services.money import set_counting, settle_pair
from commitments.services.money_in_words import US_DOLLAR, money_in_words, rate_in_words
from commitments.services.second_person import is_request
from core.admin.lookups import LookOnly
from core.conflicts import Refused

VIEW = "commitments.view_commitment"
COUNT = "commitments.count_commitment"
PAIRS_PAGE = "admin:commitments_amount_pairs"
# The filter for amounts of others that do not count yet.
WAITS: Final = "waits"
# The pairs are listed up to this number; more appear as these are settled.
MAX_PAIRS: Final = 100


class ContributorFilter(admin.SimpleListFilter):
    """Whether the organisation that gives an amount has confirmed it.

    Only the current amounts of published commitments are asked about.
    """

    title = gettext_lazy("contributor")
    parameter_name = "contributor"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            *ContributorAnswer.choices,
            (WAITS, gettext("Has not confirmed")),
        ]

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Amount]") -> "QuerySet[Amount]":
        chosen = self.value()
        if chosen is None:
            return queryset
        published = queryset.filter(is_current=True, commitment__status__in=STATUSES_IN_FORCE)
        if chosen == WAITS:
            return published & Amount.objects.unconfirmed()
        return published.filter(contributor_answer=chosen)


@admin.register(Amount)
class AmountAdmin(LookOnly):
    """The amounts of commitments that were sent, read-only, with the pages about counting."""

    list_display = (
        *("money", "dollars", "stage", "commitment", "contributor_shown"),
        *("not_counted", "is_current"),
    )
    list_filter = (ContributorFilter, "stage", "not_counted", "is_current", "currency")
    search_fields = ("commitment__reference", "commitment__title", "currency")
    search_help_text = gettext_lazy("Search by reference, title or currency.")
    list_select_related = ("commitment__lead", "contributor")
    ordering = ("-pk",)
    fields = (
        *("commitment", "money", "stage", "instrument", "contributor_shown"),
        *("contributor_answer", "label", "decided_on"),
        *("dollars", "rate_shown", "rate_month", "rate_source", "not_counted"),
        *("counting_by", "counted_in", "is_current"),
    )
    readonly_fields = fields
    change_form_template = "admin/commitments/amount/change_form.html"

    @admin.display(description=gettext_lazy("amount"), ordering="original")
    def money(self, amount: Amount) -> str:
        return money_in_words(amount.original, amount.currency)

    @admin.display(description=gettext_lazy("US dollars"), ordering="usd")
    def dollars(self, amount: Amount) -> str:
        return "" if amount.usd is None else money_in_words(amount.usd, US_DOLLAR)

    @admin.display(description=gettext_lazy("contributor"))
    def contributor_shown(self, amount: Amount) -> str:
        return str(amount.contributor or amount.contributor_name or amount.commitment.lead)

    @admin.display(description=gettext_lazy("units for one US dollar"))
    def rate_shown(self, amount: Amount) -> str:
        return "" if amount.rate is None else rate_in_words(amount.rate)

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        *args: Any,
        **kwargs: Any,
    ) -> HttpResponse:
        context |= {"title": self.money(context["original"]), "subtitle": None}
        return super().render_change_form(request, context, *args, **kwargs)

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Amount]":
        return visible_amounts(request).order_by(*self.ordering)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.has_perm(VIEW))

    def has_module_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm(VIEW))

    def get_urls(self) -> list[URLPattern]:
        wrap, name = self.admin_site.admin_view, "commitments_amount"
        return [
            path("double-counts/", wrap(pairs), name=f"{name}_pairs"),
            path("<int:pk>/counting/", wrap(counting), name=f"{name}_counting"),
            *super().get_urls(),
        ]


def visible_amounts(request: HttpRequest) -> "QuerySet[Amount]":
    """Return the amounts of the commitments that a staff user may see."""
    commitments = Commitment.objects.visible_to(request.user)  # type: ignore[arg-type]
    return Amount.objects.filter(commitment__in=commitments).select_related(
        "commitment__lead", "contributor", "counted_in"
    )


@require_http_methods(["GET", "HEAD", "POST"])
@needs(VIEW, COUNT)
def counting(request: StaffRequest, pk: int) -> HttpResponse:
    """Show whether an amount counts; on POST, say whether it does."""
    amount = get_object_or_404(visible_amounts(request), pk=pk)
    if request.method != "POST":
        initial = {
            "version": amount.commitment.version,
            "not_counted": amount.not_counted,
            "counted_in": amount.counted_in.reference if amount.counted_in else "",
        }
        return _counting_page(request, amount, CountingForm(initial=initial, label_suffix=""))
    form = CountingForm(request.POST, label_suffix="")
    if not form.is_valid():
        return _counting_page(request, amount, form, status=422)
    try:
        made = set_counting(
            amount,
            not_counted=form.cleaned_data["not_counted"],
            counted_in=form.cleaned_data["counted_in"],
            note=form.cleaned_data["note"],
            version=form.version_seen,
            by=request.user,
            at=now(),
        )
    except Refused as refused:
        return _counting_page(request, amount, form, refusal=str(refused), status=409)
    done = gettext("The amount was changed. The figures follow.")
    messages.success(request, ASKED if is_request(made) else done)
    return redirect("admin:commitments_amount_change", pk)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(VIEW, COUNT)
def pairs(request: StaffRequest) -> HttpResponse:
    """List money that may count twice, or nowhere; on POST, say what counts."""
    if request.method != "POST":
        return _pairs_page(request)
    if "amount" in request.POST:
        return _settle_lost(request)
    form = PairForm(request.POST)
    if not form.is_valid():
        return _pairs_page(request, gettext("Choose what counts."), status=422)
    chosen = form.cleaned_data
    amounts = visible_amounts(request).in_bulk([chosen["first"], chosen["second"]])
    if len(amounts) != 2:  # A pair.
        raise Http404
    try:
        settle_pair(
            amounts[chosen["first"]],
            amounts[chosen["second"]],
            versions=(chosen["first_version"], chosen["second_version"]),
            counts_first=chosen["keep"] != Keep.SECOND,
            counts_second=chosen["keep"] != Keep.FIRST,
            by=request.user,
            at=now(),
        )
    except Refused as refused:
        return _pairs_page(request, str(refused), status=409)
    messages.success(request, gettext("Saved. The figures follow."))
    return redirect(PAIRS_PAGE)


def _settle_lost(request: StaffRequest) -> HttpResponse:
    """Say where an amount counts that the other commitment no longer has."""
    form = LostAmountForm(request.POST)
    if not form.is_valid():
        return _pairs_page(request, gettext("Choose what counts."), status=422)
    amount = get_object_or_404(visible_amounts(request), pk=form.cleaned_data["amount"])
    is_here = form.cleaned_data["where"] == CountHere.HERE
    successor = amount.counted_in and amount.counted_in.superseded_by
    try:
        made = set_counting(
            amount,
            not_counted="" if is_here else amount.not_counted,
            counted_in=None if is_here else successor,
            version=form.cleaned_data["version"],
            by=request.user,
            at=now(),
        )
    except Refused as refused:
        return _pairs_page(request, str(refused), status=409)
    done = gettext("Saved. The figures follow.")
    messages.success(request, ASKED if is_request(made) else done)
    return redirect(PAIRS_PAGE)


def _counting_page(
    request: StaffRequest,
    amount: Amount,
    form: CountingForm,
    *,
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    # A refused change may have left its own values on the instance.
    amount.refresh_from_db()
    context = {
        "form": form,
        "refusal": refusal,
        "amount": amount,
        "money": _money(amount),
        "publication_request": amount_request(amount),
    }
    return _page(request, "counting", context, title=gettext("Does it count?"), status=status)


def _pairs_page(request: StaffRequest, refusal: str = "", *, status: int = 200) -> HttpResponse:
    visible = Commitment.objects.visible_to(request.user)
    found, lost = possible_double_counts(visible), lost_amounts(visible)
    context = {
        "pairs": [_shown(pair) for pair in found[:MAX_PAIRS]],
        "number": len(found),
        "lost_amounts": [_lost_shown(each) for each in lost[:MAX_PAIRS]],
        "lost_number": len(lost),
        "refusal": refusal,
    }
    title = gettext("Money that may count twice, or nowhere")
    return _page(request, "pairs", context, title=title, status=status)


def _shown(pair: Pair) -> dict[str, Any]:
    return {
        "amounts": [
            {"amount": each, "money": _money(each), "name": name}
            for each, name in (
                (pair.first, gettext("First amount")),
                (pair.second, gettext("Second amount")),
            )
        ],
        "first": pair.first,
        "second": pair.second,
        "is_in_one": pair.first.commitment_id == pair.second.commitment_id,
    }


def _lost_shown(lost: LostAmount) -> dict[str, Any]:
    return {"lost": lost, "amount": lost.amount, "money": _money(lost.amount)}


def _money(amount: Amount) -> str:
    return money_in_words(amount.original, amount.currency)


def _page(
    request: StaffRequest, name: str, context: dict[str, Any], *, title: str, status: int = 200
) -> HttpResponse:
    return page(
        request,
        f"admin/commitments/amount/{name}.html",
        context,
        model=Amount,
        title=title,
        status=status,
    )
