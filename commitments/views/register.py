"""The public register: the list of commitments, and a page for each."""

from datetime import datetime
from typing import Any, Final

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from commitments.forms.register import RegisterFilterForm
from commitments.models import Commitment, CommitmentQuerySet
from commitments.services.commitment_page import (
    CommitmentPage,
    commitment_page,
    public_commitment,
)
from commitments.services.figures import register_figures
from commitments.services.register import (
    ConditionGroup,
    count_by_group,
    find,
    matching,
    newest_first,
)
from commitments.services.summaries import summaries_of, with_summaries
from commitments.services.totals import totals
from commitments.services.totals_in_words import totals_in_words
from core.dates import GENEVA, format_datetime
from core.pagination import KeyPaginator
from focus_areas.models import FocusArea

PAGE_SIZE: Final = 20
# The files of a list, with the same filters, and those of one commitment.
LIST_FILES: Final = (
    ("CSV", "commitments:data_csv"),
    ("JSON", "commitments:data_json"),
    ("IATI", "commitments:data_iati"),
)
COMMITMENT_FILES: Final = (
    ("JSON", "commitments:data_commitment_json"),
    ("IATI", "commitments:data_commitment_iati"),
)


@require_safe
def register(request: HttpRequest) -> HttpResponse:
    """List the public commitments, with the money of the list at each stage.

    Invalid filter values are ignored. A page number past the end shows the last page.
    """
    now = timezone.now()
    form = RegisterFilterForm(
        request.GET,
        focus_areas=FocusArea.objects.order_by("number"),
        on=timezone.localdate(now),
    )
    form.is_valid()
    number = request.GET.get("page")
    found = matching_page(form, number, at=now) if form.active() else whole_page(number, at=now)
    numbers: dict[ConditionGroup, int] = found["numbers"]
    group = form.cleaned_data.get("condition")
    return render(
        request,
        "commitments/register.html",
        {
            **found,
            "form": form,
            "active_filters": [
                (label, words, without(request, name)) for name, label, words in form.active()
            ],
            "tabs": [
                (each, number, with_condition(request, each.value), each.value == group)
                for each, number in numbers.items()
            ],
            "all_tab": (sum(numbers.values()), without(request, "condition")),
            "data_links": [
                (name, f"{reverse(address)}{form.query_string()}") for name, address in LIST_FILES
            ],
        },
    )


def matching_page(form: RegisterFilterForm, number: str | None, *, at: datetime) -> dict[str, Any]:
    """Return a page of the commitments that match the filters, with their money."""
    keys, numbers = find(form.cleaned_data)
    page = Paginator(keys, PAGE_SIZE).get_page(number)
    shown = newest_first(Commitment.objects.filter(pk__in=page.object_list))
    return {
        "page": page,
        "rows": summaries_of(with_summaries(shown)),
        "numbers": numbers,
        **money(Commitment.objects.filter(pk__in=keys), at=at),
    }


def whole_page(number: str | None, *, at: datetime) -> dict[str, Any]:
    """Return a page of the whole register. Only the rows of the page are read."""
    numbers = count_by_group(Commitment.objects.public())
    paginator = KeyPaginator(with_summaries(matching({})), PAGE_SIZE)
    # The tabs have counted the list.
    paginator.count = sum(numbers.values())
    page = paginator.get_page(number)
    return {
        "page": page,
        "rows": summaries_of(page),
        "numbers": numbers,
        **money_of_register(at=at),
    }


def money(commitments: CommitmentQuerySet, *, at: datetime) -> dict[str, object]:
    """Return the money of a list in words, summed now."""
    return {"money": totals_in_words(totals(commitments)), "as_of": format_datetime(at, GENEVA)}


def money_of_register(*, at: datetime) -> dict[str, object]:
    """Return the money of the whole register in words, which is computed in advance."""
    figures = register_figures()
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


def with_condition(request: HttpRequest, group: str) -> str:
    """Return the query string of the first page of the list with a group of conditions."""
    query = request.GET.copy()
    query["condition"] = group
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
            "data_links": [
                (name, reverse(address, args=[reference])) for name, address in COMMITMENT_FILES
            ],
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
