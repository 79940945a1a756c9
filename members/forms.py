"""Filters for lists of members."""

from collections.abc import Collection, Iterable
from typing import Any, cast

from django import forms
from django.utils.http import urlencode
from django.utils.text import Truncator
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from focus_areas.models import FocusArea
from members.models import Category
from members.services.countries import CountryGroup, Region, choices
from members.services.figures import OUTSIDE_REGIONS

# How much of an invalid value is repeated on the page.
MAX_REPEATED = 60
ALL = ("", _("All"))


class NameFilterForm(forms.Form):
    """Filter a list by a part of the organisation's name."""

    name = forms.CharField(
        label=_("Organisation"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"type": "search", "class": "form-control", "dir": "auto"}),
    )


class FilterForm(forms.Form):
    """Filters of a public list. An invalid value is ignored, and `left_out()` returns it."""

    def left_out(self) -> list[str]:
        """Return the submitted values that are not among the choices, each its beginning."""
        return [Truncator(self.data[name]).chars(MAX_REPEATED) for name in self.errors]

    def active(self) -> list[tuple[str, str, str]]:
        """Return the name, the label and the chosen value in words of each filter that is set."""
        chosen = []
        for name, value in self.cleaned_data.items():
            if value:
                field = self.fields[name]
                words = dict(_flat(getattr(field, "choices", ())))
                chosen.append((name, str(field.label), str(words.get(value, value))))
        return chosen

    def query_string(self, names: Collection[str] | None = None) -> str:
        """Return the filters that are set as the query string of another page or of a file.

        With `names`, only these.
        """
        chosen = {
            name: value
            for name, value in self.cleaned_data.items()
            if value and (names is None or name in names)
        }
        return f"?{urlencode(chosen)}" if chosen else ""


class MemberFilterForm(FilterForm, NameFilterForm):
    """Filters of the public list of members."""

    country = forms.ChoiceField(label=_("Country"), required=False)
    focus_area = forms.ChoiceField(label=_("Focus area"), required=False)
    category = forms.ChoiceField(
        label=_("Category"), required=False, choices=[ALL, *Category.choices]
    )
    group = forms.ChoiceField(
        label=_("Region or group"),
        required=False,
        choices=[
            ALL,
            (_("ITU regions"), [*Region.choices, (OUTSIDE_REGIONS, _("No ITU region"))]),
            (_("Groups of countries"), CountryGroup.choices),
        ],
    )

    def __init__(self, *args: Any, focus_areas: Iterable[FocusArea], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("Name or acronym")
        offered = {
            "country": choices(get_language() or "en", kept=str(self.data.get("country", ""))),
            "focus_area": [(area.slug, area.name) for area in focus_areas],
        }
        for name, theirs in offered.items():
            cast("forms.ChoiceField", self.fields[name]).choices = [ALL, *theirs]


def _flat(choices: Iterable[tuple[Any, Any]]) -> Iterable[tuple[Any, Any]]:
    """Yield the choices of a select, also those in its groups."""
    for value, label in choices:
        yield from label if isinstance(label, list) else [(value, label)]
