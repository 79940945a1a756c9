"""Undo a decision about a need or an offer before its letter is sent (members/event_undo.py)."""

from datetime import datetime
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from members.services.event_undo import EventUndo
from opportunities.models import ContactStatus, EventKind, Opportunity, OpportunityEvent
from opportunities.services.events import LOG, topic_of
from outbox.services.queue import cancel

UNDO: Final = EventUndo(
    log=LOG,
    # What a decision sets, and what is restored.
    fields=(
        "status",
        "decided_by",
        "decided_at",
        "published_at",
        "open_until",
        "proposed",
        "ended_at",
        "reason",
        "commitment",
    ),
    topic_of=topic_of,
    note_kind=EventKind.NOTE_ADDED,
    permission="opportunities.decide_opportunity",
    not_possible=_("This can no longer be undone."),
)
undoable_decisions: Final = UNDO.undoable_decisions
may_undo: Final = UNDO.may_undo
letters_of: Final = UNDO.letters_of


def undo_decision(
    opportunity: Opportunity, *, by: User, at: datetime, version: int | None = None
) -> OpportunityEvent:
    """Undo the latest decision, and cancel its letter.

    A publication is undone only while nobody has written about it. Contacts that ended when it was
    closed wait again. Raises what `EventUndo.undo` raises.
    """

    def restore(opportunity: Opportunity, events: list[OpportunityEvent]) -> None:
        for event in events:
            if event.kind == EventKind.CLOSED_BY_STAFF:
                _reopen_contacts(opportunity, ended_at=event.at, at=at)

    event: OpportunityEvent = UNDO.undo(
        opportunity, by=by, at=at, version=version, is_possible=_is_unused, restore=restore
    )
    return event


def _is_unused(opportunity: Opportunity, before: Any) -> bool:
    """Return whether nobody has written about one that an undo would take from the register."""
    is_taken_back = opportunity.published_at != before.published_at
    return not is_taken_back or not opportunity.contacts.exists()


def _reopen_contacts(opportunity: Opportunity, *, ended_at: datetime, at: datetime) -> None:
    """Let the contacts wait again that ended when it was closed; their senders are not told."""
    ended = opportunity.contacts.filter(status=ContactStatus.ENDED, answered_at=ended_at)
    for contact in ended.values_list("pk", flat=True):
        cancel(topic=topic_of(opportunity, "contact", contact), at=at)
    ended.update(status=ContactStatus.SENT, answered_at=None)
