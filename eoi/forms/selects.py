"""Selects of hundreds of options, each rendered once and cached, and the choices of time zones."""

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

from django import forms
from django.forms.utils import flatatt
from django.utils.choices import BaseChoiceIterator
from django.utils.functional import Promise
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from core.time_zones import all_zones, city, known_zones, zones_by_continent
from members.services import countries

Label = str | Promise
# A value with its label, or the name of a group with its choices.
Choice = tuple[Label, Label | tuple[tuple[str, str], ...]]


class PrerenderedChoices(BaseChoiceIterator):
    """Choices that Django does not normalise."""

    def __init__(self, choices: Sequence[Choice]) -> None:
        self.choices = choices

    def __iter__(self) -> Iterator[Choice]:
        return iter(self.choices)


class LongSelect(forms.Select):
    """A select that renders its options without a template for each."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        attrs = self.build_attrs(self.attrs, {**(attrs or {}), "name": name})
        options = "".join(
            _option(str(value), str(label))
            if isinstance(label, str | Promise)
            else _group(str(value), tuple(label))
            for value, label in self.choices
        )
        (chosen,) = self.format_value(value)
        # Escaped values contain no quotation mark, so that only a complete value matches.
        as_written = f' value="{escape(chosen)}"'
        options = options.replace(f"{as_written}>", f"{as_written} selected>", 1)
        return format_html("<select{}>{}\n</select>", flatatt(attrs), mark_safe(options))  # noqa: S308


@cache
def _option(value: str, label: str) -> SafeString:
    return format_html('\n  <option value="{}">{}</option>', value, label)


@cache
def _group(name: str, options: tuple[tuple[str, str], ...]) -> SafeString:
    written = mark_safe("".join(_option(value, label) for value, label in options))  # noqa: S308
    return format_html('\n  <optgroup label="{}">{}\n  </optgroup>', name, written)


def zone_choices(country: str, chosen: str, *, none: Label) -> list[Choice]:
    """Return the choices of a time zone: those of the country first, then by continent.

    A chosen zone is among them even if its name is outdated.
    """
    choices: list[Choice] = [("", none)]
    own = countries.time_zones_of(country)
    if own:
        choices.append((countries.name_of(country), tuple((zone, city(zone)) for zone in own)))
    if chosen and chosen not in all_zones() and chosen in known_zones():
        choices.append((chosen, city(chosen)))
    return [*choices, *zones_by_continent(), ("UTC", _("UTC"))]
