"""The public register: the list of commitments, a page for each, and the figures of all."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from commitments.forms.register import FIGURE_FILTERS, SORT, RegisterFilterForm
from commitments.models import CommitmentQuerySet
from commitments.services.commitment_page import (
    CommitmentPage,
    commitment_page,
    public_commitment,
)
from commitments.services.figures import Figures, register_figures
from commitments.services.open_data.formats import (
    COMMITMENT_FILES,
    FEED,
    LIST_FILES,
    links_to,
)
from commitments.services.register import count_by_group, matching, place_condition
from commitments.services.register_order import RegisterOrder, in_order
from commitments.services.summaries import summaries_of, with_summaries
from commitments.services.totals import totals
from commitments.services.totals_in_words import totals_in_words
from core.dates import GENEVA, format_datetime
from core.pagination import KeyPaginator
from focus_areas.models import FocusArea

PAGE_SIZE: Final = 20
# The orders that have a column, with the value of aria-sort.
SORTED_COLUMNS: Final = {
    RegisterOrder.LEAD: "ascending",
    RegisterOrder.PROMISED: "descending",
    RegisterOrder.CONDITION: "descending",
}


@dataclass(frozen=True)
class SortHead:
    """The head of a column by which the register can be sorted.

    `direction` is the value of aria-sort, empty if the register is not sorted by it.
    """

    query_string: str
    direction: str


@require_safe
def register(request: HttpRequest) -> HttpResponse:
    """List the public commitments in the chosen order, with the money of the list at each stage.

    Invalid values are ignored. A page number past the end shows the last page.
    """
    now = timezone.now()
    form = RegisterFilterForm(
        request.GET,
        focus_areas=FocusArea.objects.order_by("number"),
        on=timezone.localdate(now),
    )
    form.is_valid()
    figures = register_figures()
    form.offer_countries(figures.by_country.rows)
    filters, order = form.cleaned_data, RegisterOrder(form.cleaned_data.get(SORT, ""))
    numbers = count_by_group(matching({**filters, "condition": ""}))
    group = filters.get("condition")
    found = matching(filters)
    paginator = KeyPaginator(with_summaries(in_order(found, order)), PAGE_SIZE)
    # The tabs have counted the list.
    paginator.count = numbers[group] if group else sum(numbers.values())
    page = paginator.get_page(request.GET.get("page"))
    return render(
        request,
        "commitments/register.html",
        {
            "page": page,
            "rows": summaries_of(page),
            **(money(found, form, at=now) if form.active() else money_of_register(figures, at=now)),
            "form": form,
            "active_filters": [
                (label, words, without(request, name)) for name, label, words in form.active()
            ],
            "tabs": [
                (
                    each,
                    number,
                    with_value(request.GET, "condition", each.value),
                    each.value == group,
                )
                for each, number in numbers.items()
            ],
            "all_tab": (sum(numbers.values()), without(request, "condition")),
            "data_links": links_to(LIST_FILES, query=form.query_string()),
            "feed": links_to([FEED], query=form.query_string()),
            "figures_query": form.query_string(FIGURE_FILTERS),
            "order": order.label,
            "sort": sort_heads(request, order),
            "show_all": with_value(QueryDict(), SORT, order) if order else "?",
        },
    )


def money(
    commitments: CommitmentQuerySet, form: RegisterFilterForm, *, at: datetime
) -> dict[str, object]:
    """Return the money of a list in words, summed now, as the answer to its filters."""
    places = place_condition(form.cleaned_data)
    found = totals(commitments, places=places, member=form.chosen_member)
    words = totals_in_words(
        found, of_places=places is not None, of_member=form.chosen_member is not None
    )
    return {"money": words, "as_of": format_datetime(at, GENEVA)}


def sort_heads(request: HttpRequest, current: RegisterOrder) -> dict[str, SortHead]:
    """Return the heads of the columns by which the register can be sorted, by their order."""
    return {
        order.value: SortHead(
            with_value(request.GET, SORT, order.value), direction if order == current else ""
        )
        for order, direction in SORTED_COLUMNS.items()
    }


def money_of_register(figures: Figures, *, at: datetime) -> dict[str, object]:
    """Return the money of the whole register in words, which is computed in advance."""
    return {
        "money": totals_in_words(figures.everything.totals),
        "as_of": format_datetime(figures.as_of or at, GENEVA),
    }


def without(request: HttpRequest, name: str) -> str:
    """Return the query string of the first page of the list without one of its filters."""
    query = request.GET.copy()
    for parameter in (name, "page"):
        query.pop(parameter, None)
    return f"?{query.urlencode()}"


def with_value(parameters: QueryDict, name: str, value: str) -> str:
    """Return the query string of the first page of the list with another value of a parameter."""
    query = parameters.copy()
    query[name] = value
    query.pop("page", None)
    return f"?{query.urlencode()}"


@require_safe
def commitment(request: HttpRequest, reference: str) -> HttpResponse:
    """Show a commitment with all that was changed and reported since.

    A commitment that is not public is answered like an unknown one, to everybody.
    """
    now = timezone.now()
    return render(
        request,
        "commitments/commitment.html",
        {
            "page": page_of(reference, at=now),
            "as_of": format_datetime(now, GENEVA),
            "data_links": links_to(COMMITMENT_FILES, reference),
        },
    )


@require_safe
def version(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """Show a version of a commitment as it was published."""
    page = page_of(reference, at=timezone.now())
    shown = next((each for each in page.versions if each.number == number), None)
    if shown is None:
        raise Http404
    return render(request, "commitments/version.html", {"page": page, "version": shown})


def page_of(reference: str, *, at: datetime) -> CommitmentPage:
    """Return the page of a public commitment. Raises Http404."""
    found = public_commitment(reference)
    if found is None:
        raise Http404
    return commitment_page(found, at=at)


@require_safe
def method(request: HttpRequest) -> HttpResponse:
    """Explain what counts and how."""
    return render(request, "commitments/method.html")
