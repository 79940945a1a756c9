"""Refusals, and two people who change one row at the same time.

Optimistic locking: a change locks its row, compares it with the version that the person had on
screen, and saves the next version.
"""

from datetime import datetime
from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _

from core.history import set_history_actor

Row = TypeVar("Row", bound=Model)


class Refused(Exception):
    """A change was not made; the text tells the person why."""


class Conflict(Refused):
    """The row changed after the person opened it; each app says so in a sentence of its own."""


class NothingChanged(Refused):
    """What was sent is what is stored already."""

    def __init__(self) -> None:
        super().__init__(_("Nothing was saved: you changed nothing."))


def lock(row: Model) -> None:
    """Refresh a row and lock it until the transaction ends.

    Its key stays as it is, so that a new row that only refers to it waits for nobody: two people
    who each hold one of two rows do not wait for each other for ever.
    """
    rows = row._meta.base_manager
    row.refresh_from_db(from_queryset=rows.select_for_update(no_key=True))


def lock_rows(rows: "QuerySet[Any]") -> list[Any]:
    """Lock some rows until the transaction ends, as `lock` does, and return their keys.

    In the order of the keys, so that two who lock several at once do not block each other.
    """
    locked = rows.select_for_update(no_key=True).order_by("pk")
    return list(locked.values_list("pk", flat=True))


def check_version(row: Row, version: int | None, conflict: type[Conflict]) -> None:
    """Compare a locked row with the version that the person had on screen, if any.

    Raises `conflict`, which is given the row, where it has moved on.
    """
    if version is not None and row.version != version:  # type: ignore[attr-defined]
        raise conflict(row)


def save_next_version(row: Model, *fields: str, by: Model | None, at: datetime) -> None:
    """Save some fields of a locked row, as its next version, in the name of `by`."""
    row.version += 1  # type: ignore[attr-defined]
    set_history_actor(row, by, at)
    row.save(update_fields=[*fields, "version"])
