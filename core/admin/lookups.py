"""Bases of model admins: restricted lookups, read-only, rows of one focus area, checkboxes."""

from typing import Any, cast

from django import forms
from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.utils import unquote
from django.core.exceptions import BadRequest, ValidationError
from django.db.models import ManyToManyField, QuerySet
from django.db.models.constants import LOOKUP_SEP
from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _


class RestrictedLookupsAdmin(admin.ModelAdmin):
    """A model admin whose list can be filtered only with the filters that it offers.

    Django's own admin allows lookups on any column of the model, even one that no page shows.
    A person who may see the list could then read out a secret letter by letter.
    """

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        offered = self.get_list_filter(request)
        # A filter with a class of its own is a pair of the field and the class.
        fields = {each[0] if isinstance(each, tuple) else each for each in offered}
        parameters = {getattr(each, "parameter_name", None) for each in offered}
        is_offered = lookup in parameters or lookup.split(LOOKUP_SEP, maxsplit=1)[0] in fields
        return is_offered and bool(super().lookup_allowed(lookup, value, request))

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Any:
        # Django's own method fails if the URL has an empty field name.
        return super().get_object(request, object_id, from_field or None)

    def response_action(
        self, request: HttpRequest, queryset: QuerySet[Any], *args: Any
    ) -> HttpResponse | None:
        """Run an action on the selected rows.

        Raises BadRequest if a selected value is not a valid key. Django's own method crashes on it.
        """
        try:
            for key in request.POST.getlist(ACTION_CHECKBOX_NAME):
                self.opts.pk.clean(key, None)
        except ValidationError as refused:
            raise BadRequest("A row was chosen by what is no key") from refused
        return super().response_action(request, queryset, *args)


class FixedRows(admin.ModelAdmin):
    """The admin of rows that nobody adds or deletes, not even a superuser."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class LookOnly(FixedRows, RestrictedLookupsAdmin):
    """The read-only admin of rows that only the portal itself writes."""

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class AuthoredLookOnly(LookOnly):
    """The read-only admin of rows that keep the name which their author had at that time."""

    @admin.display(description=_("by"), ordering="by_name")
    def author(self, row: Any) -> str:
        return str(row.by_name)


class ScopedAdmin(RestrictedLookupsAdmin):
    """A model admin in which a coordinator sees only the rows of their own focus area.

    The model's queryset has `visible_to()`. The list, its search and filters, the pages of each
    row and autocomplete all use it.
    """

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = cast("Any", super().get_queryset(request))
        return cast("QuerySet[Any]", rows.visible_to(request.user))

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the history of a row that the user may see.

        Raises Http404 for other rows, whose history the library's own view would show.
        """
        if self.get_object(request, unquote(object_id)) is None:
            raise Http404
        return super().history_view(request, object_id, extra_context)


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
