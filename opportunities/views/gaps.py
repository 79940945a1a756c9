"""The gaps by country and pillar, and how a visitor offers help there."""

from collections.abc import Iterator
from itertools import chain
from typing import Final

from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from commitments.views.data import WrongQuery, data_view
from commitments.views.register import SortHead, with_value
from core.dates import GENEVA, format_datetime
from core.spreadsheets import Cell, SafeCsv
from eoi.views.token_auth import no_index
from members.services.countries import name_of
from opportunities.forms.gaps import GapFilterForm
from opportunities.models import OpportunityKind
from opportunities.services.gaps import COUNTRY, NEEDS, GapTable, gap_table
from opportunities.services.reader import Reader
from opportunities.views.pages import opportunity_page

# What an offer can be filled in with.
PREFILLED: Final = ("country", "area", "pillar")


@require_safe
@opportunity_page
def gaps(request: HttpRequest, reader: Reader) -> HttpResponseBase:
    """Show how many commitments name each country, by pillar, and its needs without an answer.

    A narrow screen has one country at a time: `?country=`, or the first one. Invalid values are
    ignored.
    """
    form = GapFilterForm(request.GET)
    form.is_valid()
    table = gap_table(**form.cleaned_data, at=reader.at)
    codes = [row.code for row in table.rows]
    code = request.GET.get("country", "")
    position = codes.index(code) if code in codes else 0
    query = QueryDict(form.query_string().removeprefix("?"))
    context = {
        "form": form,
        "table": table,
        "fields": len(codes) * len(table.columns),
        "empty": sum(row.empty for row in table.rows),
        "kept": query.items(),
        "heads": _heads(query, table, form.cleaned_data.get("sort") or COUNTRY),
        "country": table.rows[position] if codes else None,
        "beside": [
            (rel, table.rows[each].name, with_value(query, "country", codes[each]))
            for rel, each in (("prev", position - 1), ("next", position + 1))
            if 0 <= each < len(codes)
        ],
        "csv": f"{reverse('opportunities:data_gaps')}{form.query_string()}",
        "as_of": format_datetime(reader.at, GENEVA),
    }
    return render(request, "opportunities/gaps.html", context)


def _heads(query: QueryDict, table: GapTable, sort: str) -> list[tuple[str, SortHead]]:
    """Return the heads of all columns. A second press turns the order; needs begin at the end."""
    names = {each.key: each.name for each in table.columns}
    heads = []
    for key, name in {COUNTRY: _("Country"), **names, NEEDS: _("Needs without an answer")}.items():
        orders = {key: "ascending", f"-{key}": "descending"}
        following = f"-{key}" if sort == key or (key == NEEDS and sort != f"-{key}") else key
        heads.append((name, SortHead(with_value(query, "sort", following), orders.get(sort, ""))))
    return heads


@data_view
def data_gaps(request: HttpRequest) -> HttpResponseBase:
    """Return the table of the gaps that the filters ask for, as CSV."""
    form = GapFilterForm(request.GET)
    if not form.is_valid():
        raise WrongQuery(f"{form.left_out()[0]!r} is not a value of this filter.")
    table = gap_table(**form.cleaned_data, at=timezone.now())
    response = HttpResponse(SafeCsv().stream(_lines(table)), content_type=SafeCsv.content_type)
    response["Content-Disposition"] = 'attachment; filename="gaps.csv"'
    return response


def _lines(table: GapTable) -> Iterator[list[Cell]]:
    """Yield the lines of the file. The last one has the regions and the world."""
    names = [column.name for column in table.columns]
    kinds = ("commitments", "needs without an answer", "longest wait in days")
    yield ["code", "country", "groups", *(f"{name}: {kind}" for name in names for kind in kinds)]
    for row in [*table.rows, table.regional]:
        numbers = [(gap.commitments, gap.needs, gap.waiting_days) for _column, gap in row.fields]
        yield [row.code, row.name, " ".join(row.groups), *chain.from_iterable(numbers)]


@require_safe
@opportunity_page
def offer_here(request: HttpRequest, reader: Reader) -> HttpResponseBase:
    """Open the form of an offer for a country and a pillar. Others read how to become a member."""
    facts = {name: request.GET[name] for name in PREFILLED if name in request.GET}
    if reader.people:
        return redirect(f"{reader.address('write', OpportunityKind.OFFER)}?{urlencode(facts)}")
    country = name_of(facts.get("country", ""))
    return no_index(render(request, "opportunities/offer_here.html", {"country": country}))
