"""Saves the rows of a form that are typed in their order, such as the items of an agenda."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from accounts.models import User
from core.history import set_history_actor


def save_in_order(
    *,
    stored: Iterable[Any],
    rows: Iterable[Mapping[str, Any]],
    make: Callable[[], Any],
    by: User | None,
    at: datetime,
) -> bool:
    """Save rows of one kind in their order, and return whether anything changed.

    A row has the values of its fields by name, and the `key` of its stored row, if it has one.
    Stored rows that are missing are deleted. A row whose key is not among them, because a colleague
    deleted it, is made again. The caller locks the meeting.
    """
    left = {row.pk: row for row in stored}
    has_changed = False
    for position, typed in enumerate(rows, start=1):
        row = left.pop(typed["key"], None) or make()
        values = {name: value for name, value in typed.items() if name != "key"}
        values["position"] = position
        if row.pk and all(getattr(row, name) == value for name, value in values.items()):
            continue
        for name, value in values.items():
            setattr(row, name, value)
        set_history_actor(row, by, at)
        row.save()
        has_changed = True
    for row in left.values():
        set_history_actor(row, by, at)
        row.delete()
    return has_changed or bool(left)
