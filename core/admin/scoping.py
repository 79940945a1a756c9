"""Which rows of a list staff may see: all rows, or only those of their own focus area."""

from typing import Any, cast

from django.contrib.admin.utils import unquote
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse

from core.admin.lookups import RestrictedLookupsAdmin


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
