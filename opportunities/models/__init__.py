"""Needs and offers of members, their contacts and events."""

from opportunities.models.choices import (
    ENDED,
    KINDS_WITH_EDITABLE_LETTER,
    PUBLIC,
    RENEWABLE,
    RESULTS,
    UNDECIDED,
    UNDOABLE_KINDS,
    ContactStatus,
    EventKind,
    OpportunityKind,
    OpportunityStatus,
    SupportKind,
)
from opportunities.models.contact import Contact, ContactQuerySet
from opportunities.models.opportunity import Opportunity, OpportunityQuerySet, Place, Support
from opportunities.models.record import LetterDraft, NoDigest, OpportunityEvent, ToldMatch

__all__ = [
    "ENDED",
    "KINDS_WITH_EDITABLE_LETTER",
    "PUBLIC",
    "RENEWABLE",
    "RESULTS",
    "UNDECIDED",
    "UNDOABLE_KINDS",
    "Contact",
    "ContactQuerySet",
    "ContactStatus",
    "EventKind",
    "LetterDraft",
    "NoDigest",
    "Opportunity",
    "OpportunityEvent",
    "OpportunityKind",
    "OpportunityQuerySet",
    "OpportunityStatus",
    "Place",
    "Support",
    "SupportKind",
    "ToldMatch",
]
