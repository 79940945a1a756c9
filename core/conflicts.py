"""Refused changes, and conflicts between two people who change the same row.

This is optimistic locking: a change locks its row, compares its version with the one that the
person had on screen, and saves the next version.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _

from core.history import set_history_actor

Row = TypeVar("Row", bound=Model)


class Refused(Exception):
    """A change was refused. The text tells the person why.

    `code` tells refusals apart for code and tests. A refusal that code catches alone is a subclass.
    """

    def __init__(self, message: str, code: str = "") -> None:
        super().__init__(message)
        self.code = code


class Conflict(Refused):
    """The row changed after the person opened it."""


class NothingChanged(Refused):
    """The submitted values are the same as the stored ones."""

    def __init__(self) -> None:
        super().__init__(_("There are no changes to save."))


def lock(row: Model) -> None:
    """Refresh a row and lock it until the transaction ends.

    The lock does not cover the key, so that inserting rows that refer to this row need not wait.
    This prevents deadlocks between two people who each hold one of two rows.
    """
    rows = row._meta.base_manager
    row.refresh_from_db(from_queryset=rows.select_for_update(no_key=True))


def lock_rows(rows: "QuerySet[Any]") -> list[Any]:
    """Lock some rows until the transaction ends, as `lock` does, and return their keys.

    Rows are locked in the order of their keys, which prevents deadlocks.
    """
    locked = rows.select_for_update(no_key=True).order_by("pk")
    return list(locked.values_list("pk", flat=True))


def check_version(row: Row, version: int | None, conflict: Callable[[Row], Conflict]) -> None:
    """Compare the version of a locked row with the one that the person had on screen, if any.

    If they differ, it raises the refusal that `conflict` returns for the row.
    """
    if version is not None and row.version != version:  # type: ignore[attr-defined]
        raise conflict(row)


def save_next_version(row: Model, *fields: str, by: Model | str | None, at: datetime) -> None:
    """Save fields of a locked row as its next version, with `by` as the author in the history."""
    row.version += 1  # type: ignore[attr-defined]
    set_history_actor(row, by, at)
    row.save(update_fields=[*fields, "version"])
