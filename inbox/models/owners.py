"""The records that mail can belong to, by their reference. The app of each kind registers it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from django.db.models import Model, Q, QuerySet

from accounts.models import User


@dataclass(frozen=True)
class OwnerKind:
    """One kind of record that mail can belong to, with a `reference`.

    `visible_to` returns those that a user may see, and `find` those among some that match what a
    person typed. Mail can be attached to those that are `attachable`.
    """

    model: type[Model]
    visible_to: Callable[[User], "QuerySet[Any]"]
    find: Callable[["QuerySet[Any]", str], "QuerySet[Any]"]
    attachable: Q = field(default_factory=Q)

    @property
    def url_name(self) -> str:
        """The name of the URL of the page of one record."""
        return f"admin:{self.model._meta.app_label}_{self.model._meta.model_name}_change"

    def seen_by(self, user: User) -> "QuerySet[Any]":
        """Return the records that a user may see: none without the permission to see the kind."""
        options = self.model._meta
        if user.has_perm(f"{options.app_label}.view_{options.model_name}"):
            return self.visible_to(user)
        return self.model._default_manager.none()

    def attachable_by(self, user: User) -> "QuerySet[Any]":
        """Return the records that a user may attach mail to."""
        return self.seen_by(user).filter(self.attachable)


OWNER_KINDS: Final[list[OwnerKind]] = []


def register_owner_kind(kind: OwnerKind) -> None:
    """Let mail belong to the records of one kind."""
    OWNER_KINDS.append(kind)
