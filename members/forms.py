"""Filters for lists of members."""

from collections.abc import Iterable
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from focus_areas.models import FocusArea
from members.models import Category
from members.services.countries import Region


class NameFilterForm(forms.Form):
    """Filter a list by a part of the organisation's name."""

    name = forms.CharField(
        label=_("Organisation"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"type": "search", "class": "form-control", "dir": "auto"}),
    )


class MemberFilterForm(NameFilterForm):
    """Filters of the public list. An invalid value is ignored, and `left_out()` returns it."""

    focus_area = forms.ChoiceField(label=_("Focus area"), required=False)
    category = forms.ChoiceField(
        label=_("Category"), required=False, choices=[("", _("All")), *Category.choices]
    )
    region = forms.ChoiceField(
        label=_("ITU region"), required=False, choices=[("", _("All")), *Region.choices]
    )

    def __init__(self, *args: Any, focus_areas: Iterable[FocusArea], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        areas = [(area.slug, area.name) for area in focus_areas]
        cast("forms.ChoiceField", self.fields["focus_area"]).choices = [("", _("All")), *areas]
        for name in ("focus_area", "category", "region"):
            self.fields[name].widget.attrs["class"] = "form-select"

    def left_out(self) -> list[str]:
        """Return the submitted values that are not among the choices."""
        return [self.data[name] for name in self.errors]
