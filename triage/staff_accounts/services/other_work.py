"""Work of apps that this one does not know, which is assigned to staff."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from accounts.models import User


@dataclass(frozen=True)
class OtherWork:
    """What one app does with the open work of a colleague who leaves."""

    # Returns a sentence for the page that asks, or "" if there is no open work.
    in_words: Callable[[User], str]
    # Removes the assignee; called with `user`, `by` and `at`.
    release: Callable[..., object]


_REGISTERED: list[OtherWork] = []


def register_other_work(work: OtherWork) -> None:
    """Add the work of an app that this one does not know."""
    _REGISTERED.append(work)


def other_work() -> Iterator[OtherWork]:
    """Yield the work of all registered apps."""
    yield from _REGISTERED


def other_work_in_words(user: User) -> list[str]:
    """Return a sentence for each app in which open work is assigned to a person."""
    return [words for work in other_work() if (words := work.in_words(user))]
