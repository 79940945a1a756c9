"""Undo a decision about a commitment before its letter is sent.

A decision holds at once for everybody. For UNDO_SECONDS its letter waits, and as long as it waits,
the decision can be undone. A decision without a letter cannot be undone, nor one that cancelled
mail which somebody was to get already. No host is asked and no snapshot of the open data is taken
while a publication can be undone.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import User
from commitments.models import (
    UNDOABLE_KINDS,
    ChangeStatus,
    Commitment,
    CommitmentEvent,
    CountingBy,
    EventKind,
)
from commitments.services.conditions import update_condition
from commitments.services.events import add_event, commitment_conflict
from commitments.services.figures import refresh_figures_after_commit
from commitments.services.second_person import reopen_request
from commitments.services.topics import COMMITMENT_TOPIC, topic_of
from core.conflicts import Refused, check_version, lock, save_next_version
from members.models import NOTE_SEPARATOR
from members.services.letter_drafts import restore_letter_drafts
from members.services.undo import take_back
from outbox.models import Message, MessageQuerySet, MessageStatus

# What a decision sets, and what is restored.
DECIDED_FIELDS: Final = (
    "status",
    "assignee",
    "decided_by",
    "decided_at",
    "announce_at",
    "announced_at_event",
    "published_at",
    "reason",
    "superseded_by",
)


def undoable_decisions(commitments: Iterable[Commitment], *, at: datetime) -> list[CommitmentEvent]:
    """Return the decisions that an undo of these commitments would undo, the oldest first.

    Each has `settles_at`, when the latest decision on its commitment can no longer be undone.
    """
    return [event for commitment in commitments for event in _undoable_on(commitment, at)]


def _undoable_on(commitment: Commitment, at: datetime) -> list[CommitmentEvent]:
    """Return the latest decision, if its letter is held, and those whose letter was held till then.

    Such an earlier letter was cancelled by the later decision, so that nobody knows of it.
    """
    made = commitment.events.filter(kind__in=UNDOABLE_KINDS, is_shared=True, by_user__isnull=False)
    found: list[CommitmentEvent] = []
    overtaken_at, settles_at = at, None
    for event in made.order_by("-pk"):
        letters = list(letters_of([event]).filter(resent_from=None))
        is_overtaken = all(letter.cancel_reason for letter in letters)
        held_until = min((letter.first_due_at for letter in letters), default=event.at)
        if held_until <= overtaken_at or is_overtaken != bool(found):
            break
        settles_at = settles_at or held_until
        overtaken_at, event.settles_at = event.at, settles_at
        found.append(event)
    return found[::-1]


def is_any_undoable(*, at: datetime) -> bool:
    """Return whether a letter of a decision on any commitment still waits for an undo."""
    held = Message.objects.filter(status=MessageStatus.QUEUED, first_due_at__gt=at)
    return held.filter(topic__startswith=COMMITMENT_TOPIC).exists()


def may_undo(_event: CommitmentEvent, by: User) -> bool:
    """Return whether a user may make a decision, and so may undo it."""
    return by.has_perm("commitments.decide_commitment")


def letters_of(events: Iterable[CommitmentEvent]) -> MessageQuerySet:
    """Return the letters about some events of commitments."""
    concerned = Q(pk__in=[])
    for event in events:
        concerned |= Q(
            topic__startswith=f"{topic_of(event.commitment)}/",
            topic__contains=f"/event-{event.pk}/",
        )
    return Message.objects.filter(concerned)


@transaction.atomic
def undo_decision(
    commitment: Commitment, *, by: User, at: datetime, version: int | None = None
) -> CommitmentEvent:
    """Undo the latest decision on a commitment, and cancel its letter.

    The commitment becomes what it was before, and the lead no longer reads of the decision. If it
    was published, it leaves the register, and its amounts are neither converted nor counted. A
    proposed change waits again.

    Raises Conflict, also if the commitment was changed after the decision, LetterIsOut, and Refused
    (nothing_to_undo, may_not_undo).
    """
    lock(commitment)
    check_version(commitment, version, commitment_conflict)
    events = _undoable_on(commitment, at)
    before = _row_before(events[0]) if events else None
    if before is None or _is_used(commitment, before.published_at):
        raise Refused(_("This is no longer possible for this commitment."), code="nothing_to_undo")
    was_public = commitment.is_public

    take_back(
        commitment,
        before,
        DECIDED_FIELDS,
        decided_at=events[-1].at,
        may_undo=all(may_undo(event, by) for event in events),
        letters=letters_of(events),
        conflict=commitment_conflict,
        at=at,
    )
    save_next_version(commitment, *DECIDED_FIELDS, by=by, at=at)
    commitment.events.filter(pk__in=[event.pk for event in events]).update(is_shared=False)
    for event in events:
        _open_change(event)
        reopen_request(event, version=commitment.version)
    restore_letter_drafts(commitment, ended_at=[event.at for event in events])
    if was_public:
        if commitment.published_at is None:
            _empty_public_facts(commitment)
        update_condition(commitment, at=at)
        refresh_figures_after_commit(at=at)
    kinds = NOTE_SEPARATOR.join(event.get_kind_display() for event in events)
    note = _("%(heading)s: %(words)s") % {"heading": _("Decision undone"), "words": kinds}
    return add_event(commitment, EventKind.NOTE_ADDED, by=by, at=at, note=note)


def _row_before(event: CommitmentEvent) -> Any:
    """Return the row of the history before a decision, or None."""
    history = event.commitment.history
    decided = history.filter(history_date=event.at).order_by("history_id").first()
    if decided is None:
        return None
    return history.filter(version__lt=decided.version).order_by("-history_id").first()


def _is_used(commitment: Commitment, published_before: datetime | None) -> bool:
    """Return whether others already build on a publication that an undo would take back."""
    if commitment.published_at == published_before:
        return False
    return commitment.reports.exists() or commitment.supersedes.exists()


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
