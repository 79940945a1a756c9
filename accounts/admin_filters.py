"""What the address of an admin list may ask of the database."""

from django.contrib import admin
from django.db.models.constants import LOOKUP_SEP
from django.http import HttpRequest


class FiltersOnly(admin.ModelAdmin):
    """A model admin whose list is narrowed by the filters that it offers, and by nothing else.

    Stock, any column of the model may be asked for, also one that no page shows: whoever may
    see the list could read a secret out of it letter by letter.
    """

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Allow what the filters at the side ask for."""
        offered = self.get_list_filter(request)
        fields = {each for each in offered if isinstance(each, str)}
        parameters = {getattr(each, "parameter_name", None) for each in offered}
        is_offered = lookup in parameters or lookup.split(LOOKUP_SEP, maxsplit=1)[0] in fields
        return is_offered and bool(super().lookup_allowed(lookup, value, request))
