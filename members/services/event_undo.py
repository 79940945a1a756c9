"""Undo a decision about a row with an event log, before its letter is sent.

A decision holds at once for everybody. For UNDO_SECONDS its letter waits, and as long as it waits,
the decision can be undone. A decision without a letter cannot be undone, nor one that cancelled
mail which somebody was to get already.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from accounts.models import User
from core.conflicts import Refused, check_version, lock, save_next_version
from members.models import NOTE_SEPARATOR, RowEvent
from members.services.event_log import EventLog
from members.services.letter_drafts import restore_letter_drafts
from members.services.undo import end_of_undo_period, take_back
from outbox.models import Message, MessageQuerySet
from outbox.services.queue import cancel

Rows = Iterable[Any]


def always(_row: Any, _before: Any) -> bool:
    """Return that nobody builds on a decision yet."""
    return True


def cancel_for_decision(topics: Iterable[str], *, at: datetime) -> datetime:
    """Cancel unsent mail for a decision, and return when this settles and its letter is due.

    An undo cannot restore mail that somebody was to get already: then the decision holds at once.
    """
    due_at = end_of_undo_period(at)
    for topic in topics:
        mail = Message.objects.filter(topic__startswith=f"{topic}/").unsent(at)
        if mail.filter(first_due_at__lte=at).exists():
            due_at = at
        cancel(topic=topic, at=at)
    return due_at


@dataclass(frozen=True)
class EventUndo:
    """Undo of the decisions about the rows of a model, which also have `letter_drafts`.

    `fields` are what a decision sets. `topic_of` begins the topics of the letters about a row; that
    of a letter about an event has `/event-<key>/`. `note_kind` is the kind of event that records an
    undo, for those with `permission`. `not_possible` says that nothing can be undone.
    """

    log: EventLog[Any, Any]
    fields: Sequence[str]
    topic_of: Callable[[Any], str]
    note_kind: str
    permission: str
    not_possible: Promise

    def undoable_decisions(self, rows: Rows, *, at: datetime) -> list[Any]:
        """Return the decisions that an undo of these rows would undo, the oldest first.

        Each has `settles_at`, when the latest decision on its row can no longer be undone.
        """
        return [event for row in rows for event in self._undoable_on(row, at)]

    def may_undo(self, _event: RowEvent, by: User) -> bool:
        """Return whether a user may make a decision, and so may undo it."""
        return by.has_perm(self.permission)

    def letters_of(self, events: Iterable[Any]) -> MessageQuerySet:
        """Return the letters about some events."""
        concerned = Q(pk__in=[])
        for event in events:
            concerned |= Q(
                topic__startswith=f"{self.topic_of(getattr(event, self.log.name))}/",
                topic__contains=f"/event-{event.pk}/",
            )
        return Message.objects.filter(concerned)

    @transaction.atomic
    def undo(
        self,
        row: Any,
        *,
        by: User,
        at: datetime,
        version: int | None = None,
        is_possible: Callable[[Any, Any], bool] = always,
        restore: Callable[[Any, list[Any]], None] = lambda _row, _events: None,
    ) -> Any:
        """Undo the latest decision on a row, and cancel its letter.

        The row becomes what it was before, and the organisation no longer reads of the decision.
        `is_possible` gets the row and what it was before; `restore` restores what is beside it.

        Raises Conflict, also if the row was changed after the decision, LetterIsOut, and Refused
        (nothing_to_undo, may_not_undo).
        """
        lock(row)
        check_version(row, version, self.log.conflict)
        events = self._undoable_on(row, at)
        before = self._row_before(events[0]) if events else None
        if before is None or not is_possible(row, before):
            raise Refused(str(self.not_possible), code="nothing_to_undo")
        take_back(
            row,
            before,
            self.fields,
            decided_at=events[-1].at,
            may_undo=all(self.may_undo(event, by) for event in events),
            letters=self.letters_of(events),
            conflict=self.log.conflict,
            at=at,
        )
        save_next_version(row, *self.fields, by=by, at=at)
        row.events.filter(pk__in=[event.pk for event in events]).update(is_shared=False)
        restore(row, events)
        restore_letter_drafts(row, ended_at=[event.at for event in events])
        kinds = NOTE_SEPARATOR.join(event.get_kind_display() for event in events)
        note = _("%(heading)s: %(words)s") % {"heading": _("Decision undone"), "words": kinds}
        return self.log.add(row, self.note_kind, by=by, at=at, note=note)

    def _undoable_on(self, row: Any, at: datetime) -> list[Any]:
        """Return the latest decision, if its letter is held, and those before it that were too.

        Such an earlier letter was cancelled by the later decision, so that nobody knows of it.
        """
        kinds = self.log.event.undoable_kinds
        made = row.events.filter(kind__in=kinds, is_shared=True, by_user__isnull=False)
        found: list[Any] = []
        overtaken_at, settles_at = at, None
        for event in made.order_by("-pk"):
            letters = list(self.letters_of([event]).filter(resent_from=None))
            is_overtaken = all(letter.cancel_reason for letter in letters)
            held_until = min((letter.first_due_at for letter in letters), default=event.at)
            if held_until <= overtaken_at or is_overtaken != bool(found):
                break
            settles_at = settles_at or held_until
            overtaken_at, event.settles_at = event.at, settles_at
            found.append(event)
        return found[::-1]

    def _row_before(self, event: Any) -> Any:
        """Return the row of the history before a decision, or None."""
        history = getattr(event, self.log.name).history
        decided = history.filter(history_date=event.at).order_by("history_id").first()
        if decided is None:
            return None
        return history.filter(version__lt=decided.version).order_by("-history_id").first()
