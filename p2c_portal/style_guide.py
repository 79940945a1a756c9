"""The style guide: every component of the pages in all its states, for developers."""

from typing import Final

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from core.charts import BarValue, Cell, Table, chart_of
from focus_areas.models import FocusArea
from members.services.countries import LIST_DATE
from members.services.world import draw_world

# Label, number, and share of the largest in per cent.
BARS: Final = (("Africa", 62, 100), ("Americas", 31, 50), ("Europe", 0, 0))
MEMBERS_BY_COUNTRY: Final = {"CH": 9, "KE": 5, "FJ": 3, "MW": 1, "BM": 1}
LONG_NAME: Final = "Ministry of Communications, Information Technology and the Digital Economy " * 3

CHART_VALUES: Final = (
    BarValue("Pledged", 14, "USD 14.2 m", "area-1", "A group of countries with a long name"),
    BarValue("Firm", 9, "USD 9.6 m", "area-2", "A group of countries with a long name"),
    BarValue("Firm", 0, "USD 0", "area-2", "Another group"),
)
CHART_TABLE: Final = Table(["Firm"], [("A group", [Cell("USD 9.6 m")])])


@require_safe
def style_guide(request: HttpRequest) -> HttpResponse:
    """Show every component as on the public pages or, with `?density=desk`, as on the desk.

    Raises Http404 unless the setting STYLE_GUIDE allows the page.
    """
    if not settings.STYLE_GUIDE:
        raise Http404
    return render(
        request,
        "p2c_portal/style_guide.html",
        {
            "areas": FocusArea.objects.order_by("number"),
            "bars": BARS,
            "chart": chart_of("bar-chart", "A bar chart", CHART_VALUES, CHART_TABLE),
            "is_dense": request.GET.get("density") == "desk",
            "long_name": LONG_NAME,
            "shades": range(5),
            "world": draw_world(MEMBERS_BY_COUNTRY, on=LIST_DATE),
        },
    )
