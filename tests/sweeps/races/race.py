"""The type of the rows in the table of races."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings
from django.db.models import Model


@dataclass(frozen=True)
class Race:
    """Two concurrent calls, and the expected outcome.

    `arrange` returns the two calls and, optionally, a function that must return True afterwards.
    The second call runs just before the first writes to the table `at`, or just after with "after
    ". A row with several tables is run at each of them.
    """

    arrange: Callable[[], tuple]
    at: str | tuple[str, ...]
    # What each call returns or raises: a class for a row or an exception, the code of a refusal
    # without a class of its own, else the value.
    outcomes: tuple
    # The number of new rows by model; no messages and timeline entries if they are left out.
    written: dict[type[Model], int] = field(default_factory=dict)
    # Whether either call may come first.
    is_either_first: bool = False
    # Whether a lock decides. If not, the database or nothing at all does.
    needs_lock: bool = True


def own(row):
    """Return a copy of a row as another process reads it."""
    return type(row).objects.get(pk=row.pk)


def twice(call):
    return call, call


def has_each_file(model, column="file"):
    """Return whether the rows of a model name each file on the disk, and no other."""
    root = Path(settings.MEDIA_ROOT)
    kept = {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()}
    return kept == set(model.objects.values_list(column, flat=True))
