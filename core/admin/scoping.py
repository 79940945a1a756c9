"""What somebody of the staff may see of a list: every focus area's rows, or those of their own."""

from typing import Any, cast

from django.contrib.admin.utils import unquote
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse

from core.admin.lookups import RestrictedLookupsAdmin


class ScopedAdmin(RestrictedLookupsAdmin):
    """A model admin of rows that a coordinator sees where their area is concerned, and only there.

    Its model's queryset has `visible_to()`. The list, its search and its filters, each page
    of a row and what autocomplete finds all start from there.
    """

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = cast("Any", super().get_queryset(request))
        return cast("QuerySet[Any]", rows.visible_to(request.user))

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the history of a row within reach.

        Raises Http404 for any other; stock, that shows the history of what is not in the list.
        """
        if self.get_object(request, unquote(object_id)) is None:
            raise Http404
        return super().history_view(request, object_id, extra_context)
