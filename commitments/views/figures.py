"""The figures of the register, and how they are counted."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from commitments.services.figure_charts import country_table, figure_charts, map_of
from commitments.services.figures import register_figures
from commitments.services.totals_in_words import totals_in_words
from core.dates import GENEVA, format_datetime
from focus_areas.models import FocusArea


@require_safe
def figures(request: HttpRequest) -> HttpResponse:
    """Show the figures of the register by focus area, type, place and year."""
    now = timezone.now()
    computed = register_figures()
    slugs = dict(FocusArea.objects.values_list("number", "slug"))
    return render(
        request,
        "commitments/figures.html",
        {
            "figures": computed,
            "money": totals_in_words(computed.everything.totals),
            "charts": figure_charts(computed, slugs=slugs),
            "world": map_of(computed, on=timezone.localdate(now)),
            "countries": country_table(computed),
            "as_of": format_datetime(computed.as_of or now, GENEVA),
        },
    )


@require_safe
def method(request: HttpRequest) -> HttpResponse:
    """Explain what counts and how."""
    return render(request, "commitments/method.html")
