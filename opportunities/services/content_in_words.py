"""The content of needs and offers in words, for staff: as facts, and what a change changes."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from django.utils.text import capfirst

from commitments.services.content_in_words import Fact
from core.dates import format_date_short
from core.languages import language_name, with_commas
from focus_areas.models import FocusArea, Pillar
from framework.services.adopted_actions import actions_by_key
from opportunities.models import Opportunity, Place, Support, SupportKind
from opportunities.services.content import COLUMNS, Content

# The rows that contents refer to, by the name of the field and by key.
Names = Mapping[str, Mapping[Any, Any]]
TYPED: Final = ("title", "text", "details")


def facts_of(*contents: Content) -> list[list[Fact]]:
    """Return what each content states. What it does not state is left out."""
    names: Names = {
        "focus_area": FocusArea.objects.in_bulk([each.focus_area for each in contents]),
        "pillar": Pillar.objects.in_bulk([each.pillar for each in contents if each.pillar]),
        "action": actions_by_key(each.action for each in contents if each.action),
    }
    return [[fact for fact in _facts(content, names) if fact.value] for content in contents]


def _facts(content: Content, names: Names) -> Iterator[Fact]:
    for name in COLUMNS:
        field: Any = Opportunity._meta.get_field(name)
        label, value = capfirst(str(field.verbose_name)), getattr(content, name)
        if name in TYPED:
            yield Fact(name, label, typed=value, language=content.language)
        elif name == "title_en":
            yield Fact(name, label, typed=value, language="en")
        elif value:
            yield Fact(name, label, (_in_words(name, value, names),))
    supports = with_commas(SupportKind(kind).label for kind in content.supports)
    yield Fact("supports", capfirst(str(Support._meta.verbose_name)), (supports,))
    places = tuple(where.in_words for where in content.places)
    yield Fact("places", capfirst(str(Place._meta.verbose_name_plural)), places)


def _in_words(name: str, value: Any, names: Names) -> str:
    match name:
        case "language":
            return language_name(value)
        case "until":
            return format_date_short(value)
        case _:
            # A change that waits may name what was deleted meanwhile.
            row = names[name].get(value)
            return str(row.words if name == "action" else row.name) if row else ""
