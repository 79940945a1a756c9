"""The log of a row that members and staff work on: its events, edit conflicts and wrong statuses.

Rows of commitments and of opportunities have one. A member has a timeline (timeline.py).
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from django.db import transaction
from django.db.models import Model
from django.utils.functional import Promise

from accounts.models import User
from core.conflicts import Conflict, lock, save_next_version
from members.models import FocalPoint, RowEvent
from members.services.conflicts import WrongStatus, last_change_in_words, lock_in_status
from members.services.mentions import colleagues_named, tell_named
from members.services.notes import checked_note, written_before
from members.services.timeline import author_facts

Row = TypeVar("Row", bound=Model)
Event = TypeVar("Event", bound=RowEvent)


@dataclass(frozen=True)
class EventLog(Generic[Row, Event]):
    """The log of the rows of a model, which have a `status`, a `version` and `events`.

    `name` is the column of `event` that has the row. Events of `shared_kinds` are read by the
    organisation; the others are internal. `has_changed` says that somebody changed the row
    meanwhile, with %(what_happened)s; `not_possible` that its %(status)s does not allow a step,
    with what happened %(last)s.
    """

    event: type[Event]
    name: str
    shared_kinds: Collection[str]
    has_changed: Promise
    not_possible: Promise

    def conflict(self, row: Row) -> Conflict:
        """Return the refusal if somebody changed a row after the page was opened."""
        return Conflict(str(self.has_changed) % {"what_happened": self._last_change(row)})

    def wrong_status(self, row: Row) -> WrongStatus:
        """Return the refusal if the status of a row does not allow a step."""
        status = row.get_status_display()  # type: ignore[attr-defined]
        facts = {"status": status, "last": self._last_change(row)}
        return WrongStatus(str(self.not_possible) % facts)

    def lock(self, row: Row, *statuses: str, version: int | None = None) -> None:
        """Lock a row that must have one of some statuses, and the version that was shown.

        Raises WrongStatus, which takes precedence, and Conflict.
        """
        lock_in_status(
            row, statuses, version, wrong_status=self.wrong_status, conflict=self.conflict
        )

    def save(
        self,
        row: Row,
        kind: str,
        *fields: str,
        by: User | FocalPoint | None,
        at: datetime,
        **facts: Any,
    ) -> Event:
        """Save fields of a locked row as its next version, and record why, as `add` does."""
        save_next_version(row, *fields, by=by, at=at)
        return self.add(row, kind, by=by, at=at, **facts)

    def add(
        self,
        row: Row,
        kind: str,
        *,
        by: User | FocalPoint | None,
        at: datetime,
        note: str = "",
        by_name: str = "",
        is_shared: bool = True,
        **facts: Any,
    ) -> Event:
        """Record an event, with the person's current name, and further `facts` of its model.

        `by_name` is the name of a person who is neither a colleague nor a focal point. With
        `is_shared=False`, the organisation does not read it, although it reads others of this kind.
        """
        event = self.event(
            **{self.name: row},
            kind=kind,
            at=at,
            **author_facts(by, by_name),
            is_shared=is_shared and kind in self.shared_kinds,
            note=note,
            **facts,
        )
        event.save(force_insert=True)
        return event

    @transaction.atomic
    def add_note(
        self, row: Row, kind: str, text: str, *, by: User, at: datetime, after: int | None = None
    ) -> Event:
        """Add an internal note, in any status. It causes no edit conflict.

        `after` is the key of the latest event that the page showed: a second click adds no second
        note. The colleagues whom the note names with @ are told.

        Raises Refused (empty, too_long, unknown_colleague, no_access, several_colleagues).
        """
        text = checked_note(text)
        named = colleagues_named(text, row=row, by=by)
        lock(row)
        notes = self.event._default_manager.filter(**{self.name: row}, kind=kind)
        written: Event | None = written_before(notes, text, author=by, after=after)
        if written is not None:
            return written
        event = self.add(row, kind, by=by, at=at, note=text)
        tell_named(named, row=row, entry=event)
        return event

    def _last_change(self, row: Row) -> str:
        events = self.event._default_manager.filter(**{self.name: row})
        return last_change_in_words(events.order_by("-pk").first())
