"""Undo a decision about a commitment before its letter is sent (members/services/event_undo.py).

No host is asked and no snapshot of the open data is taken while a publication can be undone.
"""

from datetime import datetime
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from commitments.models import ChangeStatus, Commitment, CommitmentEvent, CountingBy, EventKind
from commitments.services.conditions import update_condition
from commitments.services.events import LOG
from commitments.services.figures import refresh_figures_after_commit
from commitments.services.second_person import reopen_request
from commitments.services.topics import COMMITMENT_TOPIC, topic_of
from members.services.event_undo import EventUndo
from outbox.models import Message, MessageStatus

UNDO: Final = EventUndo(
    log=LOG,
    # What a decision sets, and what is restored.
    fields=(
        "status",
        "assignee",
        "decided_by",
        "decided_at",
        "announce_at",
        "announced_at_event",
        "published_at",
        "reason",
        "superseded_by",
    ),
    topic_of=topic_of,
    note_kind=EventKind.NOTE_ADDED,
    permission="commitments.decide_commitment",
    not_possible=_("This is no longer possible for this commitment."),
)
undoable_decisions: Final = UNDO.undoable_decisions
may_undo: Final = UNDO.may_undo
letters_of: Final = UNDO.letters_of


def is_any_undoable(*, at: datetime) -> bool:
    """Return whether a letter of a decision on any commitment still waits for an undo."""
    held = Message.objects.filter(status=MessageStatus.QUEUED, first_due_at__gt=at)
    return held.filter(topic__startswith=COMMITMENT_TOPIC).exists()


def undo_decision(
    commitment: Commitment, *, by: User, at: datetime, version: int | None = None
) -> CommitmentEvent:
    """Undo the latest decision on a commitment, and cancel its letter.

    If it was published, it leaves the register, and its amounts are neither converted nor counted.
    A proposed change waits again. Raises what `EventUndo.undo` raises.
    """

    def restore(commitment: Commitment, events: list[CommitmentEvent]) -> None:
        for event in events:
            _open_change(event)
            reopen_request(event, version=commitment.version)
        if any(event.kind == EventKind.PUBLISHED for event in events) or commitment.is_public:
            if commitment.published_at is None:
                _empty_public_facts(commitment)
            update_condition(commitment, at=at)
            refresh_figures_after_commit(at=at)

    event: CommitmentEvent = UNDO.undo(
        commitment, by=by, at=at, version=version, is_possible=_is_unused, restore=restore
    )
    return event


def _is_unused(commitment: Commitment, before: Any) -> bool:
    """Return whether nobody builds on a publication yet that an undo would take back."""
    if commitment.published_at == before.published_at:
        return True
    return not commitment.reports.exists() and not commitment.supersedes.exists()


def _open_change(event: CommitmentEvent) -> None:
    """Let a proposed change wait again that an undone decision closed."""
    closed = event.commitment.changes.filter(decided_at=event.at, decided_by=event.by_user)
    closed.update(status=ChangeStatus.WAITING, decided_at=None, decided_by=None, decision_note="")


def _empty_public_facts(commitment: Commitment) -> None:
    """Empty what the publication wrote. What staff said about counting stays."""
    commitment.versions.all().delete()
    commitment.places.update(is_ldc=False, is_lldc=False, is_sids=False)
    commitment.amounts.update(
        usd=None, rate=None, rate_month=None, rate_source="", contributor_answer=""
    )
    by_others = commitment.amounts.exclude(counting_by=CountingBy.STAFF)
    by_others.update(counted_in=None)
    by_others.filter(counting_by=CountingBy.PORTAL).update(not_counted="", counting_by="")
