"""How the admin shows the history of a row: to read, not to go back to."""

from datetime import datetime
from typing import Any

from django.contrib.admin.utils import unquote
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from simple_history.admin import SimpleHistoryAdmin
from simple_history.models import DeletedObject
from simple_history.template_utils import HistoricalRecordContextHelper

from accounts.admin_filters import FiltersOnly


class ChangeInWords(HistoricalRecordContextHelper):  # type: ignore[misc]
    """Says what changed as the pages say it: choices by their words, moments in Geneva time."""

    def prepare_delta_change_value(self, change: Any, value: Any) -> Any:
        """Return a value in words; nothing where there was none."""
        value = super().prepare_delta_change_value(change, value)
        if isinstance(value, datetime):
            return date_format(localtime(value), _("j F Y, H:i"))
        if isinstance(value, bool):
            return _("Yes") if value else _("No")
        if value in ("", None, []) or (isinstance(value, DeletedObject) and value.pk is None):
            return "–"
        choices = self.model._meta.get_field(change.field).flatchoices
        return dict(choices).get(value, value) if choices else value


class HistoryAdmin(FiltersOnly, SimpleHistoryAdmin):  # type: ignore[misc]
    """A model admin whose history page lists who changed what, from what to what."""

    object_history_list_template = "admin/object_history_list.html"

    def get_urls(self) -> list[URLPattern]:
        """Leave out the page of one old version: it saves what anybody who may look posts to it."""
        urls: list[URLPattern] = super(SimpleHistoryAdmin, self).get_urls()
        return urls

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the history of one row.

        Raises Http404 where the address has no key in it; stock, that fails.
        """
        try:
            self.opts.pk.clean(unquote(object_id), None)
        except ValidationError as refused:
            raise Http404 from refused
        response: HttpResponse = super().history_view(request, object_id, extra_context)
        return response

    def get_historical_record_context_helper(
        self, request: HttpRequest, historical_record: Any
    ) -> ChangeInWords:
        """Have the changes said in words."""
        return ChangeInWords(self.model, historical_record)

    def revert_disabled(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Offer nobody to go back to an old version."""
        return True
