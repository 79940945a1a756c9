"""How the admin shows the history of a row: to read, not to go back to."""

from django.db.models import Model
from django.http import HttpRequest
from django.urls import URLPattern
from simple_history.admin import SimpleHistoryAdmin


class HistoryAdmin(SimpleHistoryAdmin):  # type: ignore[misc]
    """A model admin whose history page lists who changed what, from what to what."""

    object_history_list_template = "admin/object_history_list.html"

    def get_urls(self) -> list[URLPattern]:
        """Leave out the page of one old version: it saves what anybody who may look posts to it."""
        urls: list[URLPattern] = super(SimpleHistoryAdmin, self).get_urls()
        return urls

    def revert_disabled(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Offer nobody to go back to an old version."""
        return True
