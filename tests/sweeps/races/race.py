"""What a row of the table says."""

from collections.abc import Callable
from dataclasses import dataclass, field

from django.db.models import Model


@dataclass(frozen=True)
class Race:
    """Two calls at once, and what must come of them.

    `arrange` returns the two calls, and as a third, if wanted, a question to which the answer
    must be True afterwards. The second call runs just before the first writes to the table `at`,
    or with "after " just after.
    """

    arrange: Callable[[], tuple]
    at: str
    # What each of the two returns or raises: a class for a row or an exception, else the value.
    outcomes: tuple
    # How many rows of which model are new; of messages and timeline entries none if left out.
    written: dict[type[Model], int] = field(default_factory=dict)
    # Whether either of the two may come first.
    is_either_first: bool = False
    # Whether a lock decides; where not, the database or nothing at all does.
    needs_lock: bool = True


def own(row):
    """Return a copy of a row as another process reads it."""
    return type(row).objects.get(pk=row.pk)


def twice(call):
    """Return the same call for both."""
    return call, call
