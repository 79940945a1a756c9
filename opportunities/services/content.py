"""The content of a need or an offer: what is typed, sent, changed and compared."""

from dataclasses import asdict, dataclass, fields
from datetime import date
from typing import Any, Final

from django.utils.translation import gettext_lazy

from core.folding import fold
from members.services.countries import CountryGroup, Region, name_of
from opportunities.models import Opportunity, Place, Support, SupportKind

GROUPS: Final[dict[str, Any]] = {
    CountryGroup.LDC: gettext_lazy("the least developed countries"),
    CountryGroup.LLDC: gettext_lazy("the landlocked developing countries"),
    CountryGroup.SIDS: gettext_lazy("the small island developing States"),
}


@dataclass(frozen=True, order=True)
class Where:
    """One place: a country by its code, or an ITU region, or a group of countries."""

    country: str = ""
    region: str = ""
    group: str = ""

    @property
    def in_words(self) -> str:
        if self.country:
            return name_of(self.country)
        return str(Region(self.region).label if self.region else GROUPS[self.group])


@dataclass(frozen=True)
class Content:
    """What a member states. `focus_area` and `pillar` are keys; `supports` are SupportKind."""

    title: str
    text: str
    language: str
    focus_area: int
    supports: tuple[str, ...]
    places: tuple[Where, ...]
    pillar: int | None = None
    action: str = ""
    until: date | None = None
    details: str = ""
    title_en: str = ""

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "until": self.until.isoformat() if self.until else None}


# The columns of the row that have the content.
COLUMNS = tuple(each.name for each in fields(Content) if each.name not in ("supports", "places"))


def content_from(stored: dict[str, Any]) -> Content:
    """Return a content from how `as_json` writes it."""
    return Content(
        **{
            **stored,
            "until": date.fromisoformat(stored["until"]) if stored["until"] else None,
            "supports": tuple(stored["supports"]),
            "places": tuple(Where(**each) for each in stored["places"]),
        }
    )


def content_of(opportunity: Opportunity) -> Content:
    """Return the content of a row that was sent."""
    return Content(
        **{name: getattr(opportunity, _column(name)) for name in COLUMNS},
        supports=tuple(support_kinds(opportunity)),
        places=places_of(opportunity),
    )


def support_kinds(opportunity: Opportunity) -> list[SupportKind]:
    """Return the kinds of support in the order of their declaration."""
    given = {each.kind for each in opportunity.supports.all()}
    return [kind for kind in SupportKind if kind in given]


def places_of(opportunity: Opportunity) -> tuple[Where, ...]:
    """Return the places in the order in which they were stored."""
    places = sorted(opportunity.places.all(), key=lambda place: place.pk)
    return tuple(Where(each.country, each.region, each.group) for each in places)


def write_content(opportunity: Opportunity, content: Content) -> list[str]:
    """Set the content of a locked row, which the caller saves; return the changed columns.

    Kinds of support and places are stored at once.
    """
    for name in COLUMNS:
        setattr(opportunity, _column(name), getattr(content, name))
    words = f"{content.title} {content.title_en} {opportunity.reference}"
    opportunity.search_text = fold(words)
    opportunity.supports.all().delete()
    opportunity.places.all().delete()
    Support.objects.bulk_create(
        Support(opportunity=opportunity, kind=kind) for kind in content.supports
    )
    Place.objects.bulk_create(
        Place(opportunity=opportunity, **asdict(where)) for where in content.places
    )
    return [*COLUMNS, "search_text"]


def _column(name: str) -> str:
    return f"{name}_id" if name in ("focus_area", "pillar") else name
