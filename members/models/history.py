"""How the models of this app keep their history."""

from functools import cache
from typing import Any

from django.db.models import QuerySet
from simple_history.manager import HistoryManager
from simple_history.models import HistoricalRecords


class OneHistoryManager(HistoryManager):  # type: ignore[misc]  # simple_history has no types
    """A manager whose class is made once; the stock one is made anew at every look at a history."""

    @classmethod
    @cache
    def from_queryset(
        cls, queryset_class: type[QuerySet[Any]], class_name: str | None = None
    ) -> type[HistoryManager]:
        """Return the manager's class with the methods of a queryset."""
        made: type[HistoryManager] = super().from_queryset(queryset_class, class_name)
        return made


def kept_history() -> HistoricalRecords:
    """Return what keeps every version of a row, with who made it and when."""
    return HistoricalRecords(history_manager=OneHistoryManager)
