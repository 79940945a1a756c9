"""The figures of the register: of all commitments, or of those that match a few filters."""

from typing import Any, Final

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from commitments.forms.register import FIGURE_FIELDS, FIGURE_FILTERS, RegisterFilterForm
from commitments.services.figure_charts import FigureCharts
from commitments.services.figures import Figures, figures_of, register_figures
from commitments.services.givers import LABELS, ORDERS, PROMISED, givers_of
from commitments.services.register import place_condition
from commitments.services.reporting_rate import rates_shown
from commitments.services.result_of_the_month import result_of_the_month_shown
from commitments.services.results_in_words import results_in_words
from commitments.services.totals_in_words import totals_in_words
from core.dates import GENEVA, format_datetime
from focus_areas.models import FocusArea

# How many organisations stand on the page of the figures, and on a page of their list.
FIRST_GIVERS: Final = 10
PAGE_SIZE: Final = 100


@require_safe
def figures(request: HttpRequest) -> HttpResponse:
    """Show the figures of the register: money, places, organisations, conditions."""
    now = timezone.now()
    form, filters, found = _asked(request)
    charts = FigureCharts(found, filters)
    givers = givers_of(found, filters)
    areas = {area.number: area for area in form.focus_areas}
    day = timezone.localdate(now)
    return render(
        request,
        "commitments/figures.html",
        {
            **_shared(request, form, filters, found),
            "results": results_in_words(found.results, areas),
            "month": None if filters else result_of_the_month_shown(on=day),
            "rates": rates_shown(found.reporting),
            "year": day.year,
            "regions": charts.regions(),
            "countries": charts.countries(),
            "conditions": charts.conditions(),
            "charts": charts.charts(slugs={number: area.slug for number, area in areas.items()}),
            "world": charts.map(on=day),
            "givers": givers[:FIRST_GIVERS],
            "giver_count": len(givers),
        },
    )


@require_safe
def givers(request: HttpRequest) -> HttpResponse:
    """List all organisations with what they promise and pay, in an order that the reader chooses.

    An order that does not exist is ignored.
    """
    form, filters, found = _asked(request)
    order = request.GET.get("order", "")
    order = order if order in ORDERS else PROMISED
    page = Paginator(givers_of(found, filters, order=order), PAGE_SIZE)
    return render(
        request,
        "commitments/givers.html",
        {
            **_shared(request, form, filters, found),
            "page": page.get_page(request.GET.get("page")),
            "orders": [
                (each, LABELS[each], _with(request, order=each), each == order) for each in ORDERS
            ],
        },
    )


def _asked(request: HttpRequest) -> tuple[RegisterFilterForm, dict[str, str], Figures]:
    """Return the form, the filters that are set, and the figures that they ask for."""
    data = request.GET.copy()
    for name in set(data) - set(FIGURE_FILTERS):
        del data[name]
    form = RegisterFilterForm(
        data, focus_areas=FocusArea.objects.order_by("number"), on=timezone.localdate()
    )
    form.is_valid()
    filters = {name: value for name, value in form.cleaned_data.items() if value}
    return form, filters, figures_of(filters) if filters else register_figures()


def _shared(
    request: HttpRequest, form: RegisterFilterForm, filters: dict[str, str], found: Figures
) -> dict[str, Any]:
    return {
        "form": form,
        "fields": [form[name] for name in FIGURE_FIELDS],
        "active_filters": [
            (label, words, _with(request, **{name: ""})) for name, label, words in form.active()
        ],
        "figures": found,
        "money": totals_in_words(
            found.everything.totals, of_places=place_condition(filters) is not None
        ),
        "register_url": f"{reverse('commitments:register')}{form.query_string()}",
        "query_string": form.query_string(),
        "as_of": format_datetime(found.as_of or timezone.now(), GENEVA),
    }


def _with(request: HttpRequest, **changed: str) -> str:
    """Return the query string of the first page with some values changed, or left out if empty."""
    query = request.GET.copy()
    query.pop("page", None)
    for name, value in changed.items():
        if value:
            query[name] = value
        else:
            query.pop(name, None)
    return f"?{query.urlencode()}"
