"""Records what happened to a commitment, and locks it for a change."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from commitments.models import Commitment, CommitmentEvent, EventKind
from members.services.event_log import EventLog

# The lead reads events of these kinds; the others are internal.
SHARED_KINDS: Final = frozenset(EventKind) - {
    EventKind.ASSIGNED,
    EventKind.UNASSIGNED,
    EventKind.COUNTING_CHANGED,
    EventKind.SECOND_PERSON_ASKED,
    EventKind.REQUEST_TAKEN_BACK,
    EventKind.NOTE_ADDED,
}
LOG: Final[EventLog[Commitment, CommitmentEvent]] = EventLog(
    event=CommitmentEvent,
    name="commitment",
    shared_kinds=SHARED_KINDS,
    has_changed=_(
        "The commitment has changed since you opened it. %(what_happened)s Your changes were "
        "not saved. Read it, then try again."
    ),
    not_possible=_("This is not possible: the status of the commitment is “%(status)s”. %(last)s"),
)
commitment_conflict: Final = LOG.conflict
wrong_status: Final = LOG.wrong_status
lock_commitment: Final = LOG.lock
save_with_event: Final = LOG.save
add_event: Final = LOG.add
