"""Checkboxes for choosing several rows in the admin."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import ManyToManyField
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.text import capfirst


class Checkboxes(forms.CheckboxSelectMultiple):
    """Checkboxes that screen readers read as one group, with the label of the field."""

    def __init__(self, *, label: str) -> None:
        super().__init__()
        self.label = label

    def render(self, *args: Any, **kwargs: Any) -> SafeString:
        boxes = super().render(*args, **kwargs)
        return render_to_string("admin/_checkboxes.html", {"boxes": boxes, "label": self.label})


class CheckboxManyToManyAdmin(admin.ModelAdmin):
    """A model admin that shows many-to-many fields as checkboxes.

    With Django's own select box, people must hold down a key to choose several rows. Its pair of
    lists (`filter_horizontal`) has parts without a name for screen readers.
    """

    def formfield_for_manytomany(
        self, db_field: "ManyToManyField[Any, Any]", request: Any = None, **kwargs: Any
    ) -> Any:
        widget = Checkboxes(label=str(capfirst(db_field.verbose_name)))
        return super().formfield_for_manytomany(db_field, request, **{"widget": widget, **kwargs})
