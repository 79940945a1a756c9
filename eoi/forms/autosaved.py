"""The base of a form that is kept as it is typed."""

from collections.abc import Iterator
from typing import Final

from django import forms

from core.autosave import labelled_fields, storable

# The hidden fields that identify the page, as `core.autosave.Page` reads them.
PAGE_FIELDS: Final = ("draft_version", "page", "is_other")
# A form that somebody sends by hand may have any number of characters in a field.
MAX_TYPED: Final = 20_000


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
