"""Several rows to choose from in the admin, as boxes to tick."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import ManyToManyField
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.text import capfirst


class Checkboxes(forms.CheckboxSelectMultiple):
    """Boxes to tick that are read out as one group, under the name of their field."""

    def __init__(self, *, label: str) -> None:
        super().__init__()
        self.label = label

    def render(self, *args: Any, **kwargs: Any) -> SafeString:
        boxes = super().render(*args, **kwargs)
        return render_to_string("admin/_checkboxes.html", {"boxes": boxes, "label": self.label})


class CheckboxManyToManyAdmin(admin.ModelAdmin):
    """A model admin that offers several rows as boxes to tick.

    The stock list to choose from needs a second key held down, and the stock pair of lists has
    parts that a screen reader cannot name.
    """

    def formfield_for_manytomany(
        self, db_field: "ManyToManyField[Any, Any]", request: Any = None, **kwargs: Any
    ) -> Any:
        widget = Checkboxes(label=str(capfirst(db_field.verbose_name)))
        return super().formfield_for_manytomany(db_field, request, **{"widget": widget, **kwargs})
