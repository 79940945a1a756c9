"""Records what happened to a need or an offer, and locks it for a change."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from members.services.event_log import EventLog
from opportunities.models import EventKind, Opportunity, OpportunityEvent

# Members do not read who reported theirs, nor internal notes.
INTERNAL_KINDS: Final = {EventKind.REPORTED, EventKind.NOTE_ADDED}
LOG: Final[EventLog[Opportunity, OpportunityEvent]] = EventLog(
    event=OpportunityEvent,
    name="opportunity",
    shared_kinds=frozenset(EventKind) - INTERNAL_KINDS,
    has_changed=_(
        "This has changed since you opened it. %(what_happened)s Your changes were not saved. "
        "Read it, then try again."
    ),
    not_possible=_("This is not possible: the status is “%(status)s”. %(last)s"),
)


def topic_of(opportunity: Opportunity, *parts: object) -> str:
    """Return the beginning of the topics of messages about a need or an offer."""
    return "/".join([f"opportunity-{opportunity.reference}", *map(str, parts)])
