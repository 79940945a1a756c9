"""Lists that go on over pages, however many rows there are."""

from typing import Any, TypeVar

from django.core.paginator import Page, Paginator
from django.db.models import Model, QuerySet
from django.http import HttpRequest

Row = TypeVar("Row", bound=Model)

PAGE_SIZE = 100


class KeyPaginator(Paginator):  # type: ignore[type-arg]
    """Looks for a page among the keys alone, which an index holds, and reads only its rows."""

    object_list: QuerySet[Model]

    def _get_page(self, object_list: Any, *args: Any, **kwargs: Any) -> "Page[Model]":
        keys = object_list.prefetch_related(None).values("pk")
        # The keys are those of what is listed. Asked of each row again, SQLite would find it by the
        # status, and pass by every other row that has it.
        rows = self.object_list.all()
        rows.query.clear_where()
        rows = rows.filter(pk__in=keys)
        page: Page[Model] = super()._get_page(rows, *args, **kwargs)  # type: ignore[misc]
        return page


def get_page(rows: QuerySet[Row], request: HttpRequest) -> "Page[Row]":
    """Return the page of some ordered rows that is asked for; past the end, the last one."""
    return KeyPaginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
