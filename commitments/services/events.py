"""Records what happened to a commitment, and locks it for a change."""

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.utils.translation import gettext as _

from accounts.models import User
from commitments.models import Commitment, CommitmentEvent, CommitmentStatus, EventKind
from core.codes import ALPHABET
from core.conflicts import Conflict, save_next_version
from members.models import FocalPoint
from members.services.conflicts import WrongStatus, last_change_in_words, lock_in_status
from members.services.timeline import author_facts

REFERENCE_LENGTH: Final = 6
# The lead reads events of these kinds; the others are internal.
SHARED_KINDS: Final = frozenset(EventKind) - {
    EventKind.ASSIGNED,
    EventKind.UNASSIGNED,
    EventKind.COUNTING_CHANGED,
    EventKind.SECOND_PERSON_ASKED,
    EventKind.REQUEST_TAKEN_BACK,
    EventKind.NOTE_ADDED,
}


def commitment_conflict(commitment: Commitment) -> Conflict:
    """Return the refusal if somebody changed a commitment after the page was opened."""
    return Conflict(
        _(
            "The commitment has changed since you opened it. %(what_happened)s Your changes were "
            "not saved. Read it, then try again."
        )
        % {"what_happened": _last_change_in_words(commitment)}
    )


def wrong_status(commitment: Commitment) -> WrongStatus:
    """Return the refusal if the status of a commitment does not allow a step."""
    return WrongStatus(
        _("This is not possible: the status of the commitment is “%(status)s”. %(last)s")
        % {
            "status": CommitmentStatus(commitment.status).label,
            "last": _last_change_in_words(commitment),
        }
    )


def _last_change_in_words(commitment: Commitment) -> str:
    return last_change_in_words(commitment.events.order_by("-pk").first())


def lock_commitment(
    commitment: Commitment, *statuses: CommitmentStatus, version: int | None = None
) -> None:
    """Lock a commitment that must have one of some statuses, and the version that was shown.

    Raises WrongStatus, which takes precedence, and Conflict.
    """
    lock_in_status(
        commitment, statuses, version, wrong_status=wrong_status, conflict=commitment_conflict
    )


def save_with_event(
    commitment: Commitment,
    kind: EventKind,
    *fields: str,
    by: User | FocalPoint | None,
    at: datetime,
    note: str = "",
    content_before: Mapping[str, Any] | None = None,
) -> CommitmentEvent:
    """Save fields of a locked commitment as its next version, and record why.

    `content_before` is what it stated before the lead corrected it.
    """
    save_next_version(commitment, *fields, by=by, at=at)
    return add_event(commitment, kind, by=by, at=at, note=note, content_before=content_before)


def add_event(
    commitment: Commitment,
    kind: EventKind,
    *,
    by: User | FocalPoint | None,
    at: datetime,
    note: str = "",
    by_name: str = "",
    is_shared: bool = True,
    content_before: Mapping[str, Any] | None = None,
) -> CommitmentEvent:
    """Record an event, with the person's current name.

    `by_name` is the name of a person who is neither a colleague nor a focal point. With
    `is_shared=False`, the lead does not read it, although it reads others of this kind.
    """
    return CommitmentEvent.objects.create(
        commitment=commitment,
        kind=kind,
        at=at,
        **author_facts(by, by_name),
        is_shared=is_shared and kind in SHARED_KINDS,
        note=note,
        content_before=content_before,
    )


def new_reference() -> str:
    """Return a random reference: C- and six characters."""
    return "C-" + "".join(secrets.choice(ALPHABET) for _n in range(REFERENCE_LENGTH))
