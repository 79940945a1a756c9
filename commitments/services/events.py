"""Records what happened to a commitment, and locks it for a change."""

import secrets
from datetime import datetime
from typing import Final

from django.utils.translation import gettext as _

from accounts.models import User
from commitments.models import Commitment, CommitmentEvent, CommitmentStatus, EventKind
from core.codes import ALPHABET
from core.conflicts import Conflict, Refused, check_version, lock, save_next_version
from core.dates import GENEVA, format_datetime
from core.history import MAX_NAME_LENGTH
from members.models import FocalPoint

REFERENCE_LENGTH: Final = 6
# The lead reads events of these kinds; the others are internal.
SHARED_KINDS: Final = frozenset(EventKind) - {
    EventKind.ASSIGNED,
    EventKind.UNASSIGNED,
    EventKind.COUNTING_CHANGED,
    EventKind.NOTE_ADDED,
}


class CommitmentConflict(Conflict):
    """Somebody changed the commitment after the page was opened; `event` is the latest one."""

    def __init__(self, commitment: Commitment) -> None:
        self.event = commitment.events.order_by("-pk").first()
        super().__init__(
            _(
                "The commitment has changed since you opened it. %(what_happened)s Your changes "
                "were not saved. Read it, then try again."
            )
            % {"what_happened": event_in_words(self.event)}
        )


class WrongStatus(Refused):
    """The status of the commitment does not allow this step; the message says what it is."""

    def __init__(self, commitment: Commitment) -> None:
        status = CommitmentStatus(commitment.status)
        super().__init__(
            _("This is not possible: the status of the commitment is “%(status)s”. %(last)s")
            % {
                "status": status.label,
                "last": event_in_words(commitment.events.order_by("-pk").first()),
            }
        )


def lock_commitment(
    commitment: Commitment, *statuses: CommitmentStatus, version: int | None = None
) -> None:
    """Lock a commitment that must have one of some statuses, and the version that was shown.

    Raises WrongStatus, which takes precedence, and CommitmentConflict.
    """
    lock(commitment)
    if commitment.status not in statuses:
        raise WrongStatus(commitment)
    check_version(commitment, version, CommitmentConflict)


def save_with_event(
    commitment: Commitment,
    kind: EventKind,
    *fields: str,
    by: User | FocalPoint | None,
    at: datetime,
    note: str = "",
) -> CommitmentEvent:
    """Save fields of a locked commitment as its next version, and record why."""
    save_next_version(commitment, *fields, by=by, at=at)
    return add_event(commitment, kind, by=by, at=at, note=note)


def add_event(
    commitment: Commitment,
    kind: EventKind,
    *,
    by: User | FocalPoint | None,
    at: datetime,
    note: str = "",
    by_name: str = "",
    is_shared: bool = True,
) -> CommitmentEvent:
    """Record an event, with the person's current name.

    `by_name` is the name of a person who is neither a colleague nor a focal point. With
    `is_shared=False`, the lead does not read it, although it reads others of this kind.
    """
    return CommitmentEvent.objects.create(
        commitment=commitment,
        kind=kind,
        at=at,
        by_user=by if isinstance(by, User) else None,
        by_focal_point=by if isinstance(by, FocalPoint) else None,
        by_name=str(by or by_name)[:MAX_NAME_LENGTH],
        is_shared=is_shared and kind in SHARED_KINDS,
        note=note,
    )


def event_in_words(event: CommitmentEvent | None) -> str:
    """Return one sentence that says who did what and when, in Geneva time."""
    if event is None:
        return ""
    return _("%(what)s: %(name)s, %(when)s.") % {
        "what": event.get_kind_display(),
        "name": event.by_name or _("the portal"),
        "when": format_datetime(event.at, GENEVA),
    }


def new_reference() -> str:
    """Return a random reference: C- and six characters."""
    return "C-" + "".join(secrets.choice(ALPHABET) for _n in range(REFERENCE_LENGTH))
