"""The public register: the list of commitments, and a page for each."""

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from commitments.forms.register import RegisterFilterForm
from commitments.services.register import ConditionGroup, count_by_group, matching
from commitments.services.summaries import summary_of, with_summaries
from commitments.services.totals import totals
from commitments.services.totals_in_words import totals_in_words
from core.dates import GENEVA, format_datetime
from core.pagination import KeyPaginator
from focus_areas.models import FocusArea

PAGE_SIZE: Final = 20


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
    filters = form.cleaned_data
    commitments = matching(filters)
    numbers = count_by_group(matching({**filters, "condition": ""}))
    group = filters.get("condition")
    paginator = KeyPaginator(with_summaries(commitments), PAGE_SIZE)
    # The tabs have counted the list.
    paginator.count = numbers[ConditionGroup(group)] if group else sum(numbers.values())
    page = paginator.get_page(request.GET.get("page"))
    return render(
        request,
        "commitments/register.html",
        {
            "form": form,
            "active_filters": [
                (label, words, without(request, name)) for name, label, words in form.active()
            ],
            "tabs": [
                (each, number, with_condition(request, each.value), each.value == group)
                for each, number in numbers.items()
            ],
            "all_tab": (sum(numbers.values()), without(request, "condition")),
            "page": page,
            "rows": [summary_of(commitment) for commitment in page],
            "money": totals_in_words(totals(commitments)),
            "as_of": format_datetime(now, GENEVA),
            "data_query": without(request, "page"),
        },
    )


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
