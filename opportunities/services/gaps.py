"""The gaps: how many commitments name a country, by pillar, and which needs nobody answered.

A commitment for a region or for the whole world names no country. Countries are never added up: a
commitment is counted in each country that it names, and a country may be in several groups.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Final

from django.db.models import Count, Min, TextChoices
from django.utils.http import urlencode
from django.utils.timezone import localdate
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from commitments.models import Commitment
from commitments.models import Place as CommitmentPlace
from core.sorting import sorting_key
from focus_areas.models import FocusArea, Pillar
from members.services.countries import CountryGroup, countries_in, name_of, region_of
from opportunities.models import Opportunity, Place

# The columns that are no pillar. The table can be sorted by them, too.
COUNTRY: Final = "country"
NEEDS: Final = "needs"
# The numbers of commitments from which on a field is darker.
SHADES: Final = (1, 2, 4, 7)


class Show(TextChoices):
    """Which countries the table has, if not all."""

    EMPTY = "empty", gettext_lazy("With an empty field")
    NEED = "need", gettext_lazy("With a need that waits")


@dataclass(frozen=True)
class Column:
    """A pillar, or what a focus area has without one: all of it if the area has no pillars."""

    area: FocusArea
    pillar: Pillar | None
    is_whole_area: bool = False

    @property
    def key(self) -> str:
        return f"pillar-{self.pillar.pk}" if self.pillar else f"area-{self.area.number}"

    @cached_property
    def name(self) -> str:
        if self.pillar or self.is_whole_area:
            return str(self.pillar or self.area)
        return _("%(area)s: no pillar") % {"area": self.area.name}

    @cached_property
    def query(self) -> str:
        """The filter that finds its needs, and what the form of an offer is filled in with."""
        return urlencode({"pillar": self.pillar.pk} if self.pillar else {"area": self.area.slug})


@dataclass
class Gap:
    """One column of a country: commitments that name it, and its needs that nobody answered."""

    commitments: int = 0
    needs: int = 0
    # How long the need waits that waits longest.
    waiting_days: int = 0
    # That of the need, if it is one.
    reference: str = ""

    @property
    def shade(self) -> int:
        """How dark it is, from 0 (no commitment) to 4."""
        return sum(self.commitments >= least for least in SHADES)


@dataclass(frozen=True)
class Row:
    """A country; or without a code, the regions and the world together."""

    code: str
    name: str
    groups: Sequence[CountryGroup]
    fields: Sequence[tuple[Column, Gap]]

    @cached_property
    def total(self) -> Gap:
        """All columns together. Each commitment and each need is in one of them."""
        gaps = [gap for _column, gap in self.fields]
        return Gap(
            sum(gap.commitments for gap in gaps),
            sum(gap.needs for gap in gaps),
            max(gap.waiting_days for gap in gaps),
        )

    @property
    def empty(self) -> int:
        return sum(not gap.commitments for _column, gap in self.fields)


@dataclass(frozen=True)
class GapTable:
    """The countries in their order; `regional` is the last row, and no country."""

    columns: Sequence[Column]
    rows: Sequence[Row]
    regional: Row


def gap_table(
    *, group: str = "", region: str = "", show: str = "", sort: str = COUNTRY, at: datetime
) -> GapTable:
    """Return the countries that are in a group today, or in one of them, each once.

    `sort` is the key of a column, with a hyphen before it for the other direction; an unknown one
    is ignored. As many queries for any number of commitments.
    """
    gaps = _gaps(at)
    columns = _columns({key for _code, key in gaps})
    groups = {each: countries_in(each, on=localdate(at)) for each in CountryGroup}

    def row_of(code: str, name: str) -> Row:
        own = [each for each, members in groups.items() if code in members]
        return Row(code, name, own, [(each, gaps[code, each.key]) for each in columns])

    codes = groups[CountryGroup(group)] if group else frozenset().union(*groups.values())
    rows = [row_of(code, name_of(code)) for code in codes if region in ("", region_of(code))]
    if show:
        rows = [row for row in rows if (row.empty if show == Show.EMPTY else row.total.needs)]
    language = get_language() or "en"
    rows.sort(key=lambda row: sorting_key(row.name, language), reverse=sort == f"-{COUNTRY}")
    key, is_reversed = sort.removeprefix("-"), sort.startswith("-")
    keys = [column.key for column in columns]
    if key == NEEDS:
        rows.sort(key=lambda row: row.total.waiting_days, reverse=is_reversed)
    elif key in keys:
        index = keys.index(key)
        rows.sort(key=lambda row: row.fields[index][1].commitments, reverse=is_reversed)
    return GapTable(columns, rows, row_of("", _("Regional and global")))


def _gaps(at: datetime) -> defaultdict[tuple[str, str], Gap]:
    """Return what there is, by the code of a country, empty for no country, and by column."""
    found: defaultdict[tuple[str, str], Gap] = defaultdict(Gap)
    places = CommitmentPlace.objects.filter(commitment__in=Commitment.objects.public().in_force())
    named = places.values_list("country", "commitment__pillar", "commitment__focus_area__number")
    for code, pillar, area, number in named.annotate(Count("commitment", distinct=True)):
        found[code, _key(pillar, area)].commitments += number
    waiting = Opportunity.objects.open().needs().unanswered()
    rows = Place.objects.filter(opportunity__in=waiting).values_list(
        "country", "opportunity__pillar", "opportunity__focus_area__number"
    )
    for code, pillar, area, number, since, reference in rows.annotate(
        Count("pk"), Min("opportunity__published_at"), Min("opportunity__reference")
    ):
        gap = found[code, _key(pillar, area)]
        gap.needs += number
        gap.waiting_days = max(gap.waiting_days, (at - since).days)
        gap.reference = reference
    return found


def _key(pillar: int | None, area: int) -> str:
    return f"pillar-{pillar}" if pillar else f"area-{area}"


def _columns(used: Iterable[str]) -> list[Column]:
    """Return the published pillars of each area, and what else commitments or needs name."""
    pillars = defaultdict(list)
    for pillar in Pillar.objects.order_by("position", "pk"):
        if pillar.is_published or f"pillar-{pillar.pk}" in used:
            pillars[pillar.focus_area_id].append(pillar)
    columns = []
    for area in FocusArea.objects.order_by("number"):
        columns += [Column(area, pillar) for pillar in pillars[area.pk]]
        if not pillars[area.pk] or f"area-{area.number}" in used:
            columns.append(Column(area, None, is_whole_area=not pillars[area.pk]))
    return columns
