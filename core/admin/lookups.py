"""What the address of an admin list may ask of the database."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import BadRequest, ValidationError
from django.db.models import QuerySet
from django.db.models.constants import LOOKUP_SEP
from django.http import HttpRequest, HttpResponse


class RestrictedLookupsAdmin(admin.ModelAdmin):
    """A model admin whose list is narrowed by the filters that it offers, and by nothing else.

    Stock, any column of the model may be asked for, also one that no page shows: whoever may
    see the list could read a secret out of it letter by letter.
    """

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        offered = self.get_list_filter(request)
        fields = {each for each in offered if isinstance(each, str)}
        parameters = {getattr(each, "parameter_name", None) for each in offered}
        is_offered = lookup in parameters or lookup.split(LOOKUP_SEP, maxsplit=1)[0] in fields
        return is_offered and bool(super().lookup_allowed(lookup, value, request))

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Any:
        # The stock method fails if the address names no field.
        return super().get_object(request, object_id, from_field or None)

    def response_action(
        self, request: HttpRequest, queryset: QuerySet[Any], *args: Any
    ) -> HttpResponse | None:
        """Do an action on the rows chosen.

        Raises BadRequest where what was chosen is no key; stock, that fails.
        """
        try:
            for key in request.POST.getlist(ACTION_CHECKBOX_NAME):
                self.opts.pk.clean(key, None)
        except ValidationError as refused:
            raise BadRequest("A row was chosen by what is no key") from refused
        return super().response_action(request, queryset, *args)
