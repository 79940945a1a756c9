"""The base of a form that is kept as it is typed."""

from collections.abc import Iterator
from typing import Any, Final

from django import forms
from django.http import QueryDict

from core.autosave import labelled_fields, storable
from eoi.forms.fields import AccessibleCheckboxSelect

# The hidden fields that identify the page, as `core.autosave.Page` reads them.
PAGE_FIELDS: Final = ("draft_version", "page", "is_other")
# A form that somebody sends by hand may have any number of characters in a field.
MAX_TYPED: Final = 20_000


def posted_fields(posted: QueryDict) -> dict[str, str]:
    """Return posted fields as they are kept: the ticked values of checkboxes as one text."""
    return {name: " ".join(values) for name, values in posted.lists()}


class KeptCheckboxSelect(AccessibleCheckboxSelect):
    """Checkboxes whose ticked values are kept as one text. No value has a blank."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[str]:
        return str(data.get(name, "")).split()


class AutosavedForm(forms.Form):
    """A form with the fields that identify its page."""

    use_required_attribute = False

    draft_version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0)
    page = forms.CharField(widget=forms.HiddenInput, required=False)
    is_other = forms.CharField(widget=forms.HiddenInput, required=False)

    def typed(self) -> dict[str, str]:
        """Return the fields as they were typed, to be kept."""
        return {
            name: storable(str(self.data[name])[:MAX_TYPED])
            for name in self.fields
            if name in self.data and name not in PAGE_FIELDS
        }

    @property
    def is_untouched(self) -> bool:
        """Whether each field is empty, or as the form shows it first."""
        return all(
            _as_posted(self.data.get(field.html_name)) in ("", _as_posted(field.initial))
            for field in self.visible_fields()
        )

    def labelled_fields(self) -> Iterator[tuple[str, forms.BoundField]]:
        """Yield the visible fields with the labels that tell them apart."""
        return labelled_fields(self)


def _as_posted(value: object) -> str:
    """Return a value as text; browsers post other line breaks than those that they got."""
    return "\n".join(str(value).strip().splitlines()) if value not in (None, False) else ""
