"""The history of models: each version of a row, with its author and time."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

import simple_history
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import models
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from simple_history.manager import HistoryManager
from simple_history.models import HistoricalRecords

MAX_NAME_LENGTH = 250


class ActorWithoutAccount(str):
    """The name of a person without an account who made a change.

    It is passed in the library's field for the change reason, but is not a reason.
    """

    __slots__ = ()


class HistoryWithActorName(models.Model):
    """A version of a row with the name of its author, which is kept if the account is deleted."""

    history_by_name = models.CharField(_("by"), max_length=MAX_NAME_LENGTH, blank=True)

    class Meta:
        abstract = True

    def __init__(self, *args: Any, **facts: Any) -> None:
        super().__init__(*args, **facts)
        # Only for new instances: Django passes values from the database as positional arguments.
        by, reason = facts.get("history_user"), facts.get("history_change_reason")
        if isinstance(reason, ActorWithoutAccount):
            by, self.history_change_reason = reason, None
        if by:
            self.history_by_name = str(by)[:MAX_NAME_LENGTH]


class CachedHistoryManager(HistoryManager):  # type: ignore[misc]  # simple_history has no types
    """A manager whose class is created once; the library creates it at each access to a history."""

    @classmethod
    @cache
    def from_queryset(
        cls, queryset_class: type[QuerySet[Any]], class_name: str | None = None
    ) -> type[HistoryManager]:
        made: type[HistoryManager] = super().from_queryset(queryset_class, class_name)
        return made


def history_field(
    *,
    excluded_fields: Sequence[str] = (),
    m2m_fields: Sequence[str] = (),
    no_db_index: Sequence[str] = (),
) -> HistoricalRecords:
    """Return the attribute that makes a model keep each version of its rows.

    Foreign keys get an index in the history, except those in `no_db_index`.
    """
    return HistoricalRecords(
        bases=[HistoryWithActorName],
        history_manager=CachedHistoryManager,
        excluded_fields=excluded_fields,
        m2m_fields=m2m_fields,
        no_db_index=list(no_db_index),
    )


def register_history(
    model: type[models.Model], *, app: str | None = None, m2m_fields: Sequence[str] = ()
) -> None:
    """Keep each version of the rows of a model that is defined elsewhere."""
    simple_history.register(
        model,
        app=app,
        bases=[HistoryWithActorName],
        history_manager=CachedHistoryManager,
        m2m_fields=m2m_fields,
    )


def set_history_actor(row: models.Model, by: object, at: datetime) -> None:
    """Set the author and the time of the next history row of a model instance.

    For a person without an account, only the name is stored.
    """
    has_account = isinstance(by, AbstractBaseUser)
    # django-simple-history uses these attributes before the request's user and the clock.
    row._history_user = by if has_account else None  # type: ignore[attr-defined]
    is_by_name_alone = by is not None and not has_account
    row._change_reason = ActorWithoutAccount(by) if is_by_name_alone else None  # type: ignore[attr-defined]
    row._history_date = at  # type: ignore[attr-defined]
