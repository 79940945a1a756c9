"""What staff decide about needs and offers: publish, ask, decide on a change, close."""

from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core.conflicts import Refused
from members.models import Member, is_shown_as_admitted
from members.services.event_undo import cancel_for_decision
from members.services.letters.composing import DEFAULT_LETTER
from members.services.undo import end_of_undo_period
from opportunities.models import (
    PUBLIC,
    UNDECIDED,
    EventKind,
    Opportunity,
    OpportunityEvent,
    OpportunityStatus,
)
from opportunities.services import template_types
from opportunities.services.content import content_from, write_content
from opportunities.services.desk_letters import desk_topics, queue_letter
from opportunities.services.ending import ASKED, OPEN_FOR, end
from opportunities.services.events import LOG, topic_of
from outbox.services.letters import EditableLetter

CLOSABLE: Final = (*UNDECIDED, *PUBLIC)


@transaction.atomic
def publish(
    opportunity: Opportunity,
    *,
    by: User,
    at: datetime,
    version: int | None = None,
    message: EditableLetter | None = DEFAULT_LETTER,
) -> OpportunityEvent:
    """Publish a need or an offer, which is then open for 60 days.

    Raises WrongStatus, Conflict and Refused (not_a_member).
    """
    LOG.lock(opportunity, *UNDECIDED, version=version)
    _check_member(opportunity)
    opportunity.status = OpportunityStatus.OPEN
    opportunity.published_at, opportunity.open_until = at, at + OPEN_FOR
    opportunity.decided_by, opportunity.decided_at = by, at
    fields = ("status", "published_at", "open_until", "decided_by", "decided_at")
    event = LOG.save(opportunity, EventKind.PUBLISHED, *fields, by=by, at=at)
    question = desk_topics(opportunity, template_types.QUESTION)
    due_at = cancel_for_decision(question, at=at)
    queue_letter(opportunity, event, template_types.PUBLISHED, message, due_at=due_at)
    return event


@transaction.atomic
def ask(
    opportunity: Opportunity,
    *,
    question: str,
    by: User,
    at: datetime,
    version: int | None = None,
    message: EditableLetter | None = DEFAULT_LETTER,
) -> OpportunityEvent:
    """Ask the member a question, which it answers by sending its need or offer again.

    Raises WrongStatus, Conflict, and Refused (not_a_member) if nobody could answer.
    """
    LOG.lock(opportunity, OpportunityStatus.SENT, version=version)
    _check_member(opportunity)
    opportunity.status = OpportunityStatus.QUESTION_ASKED
    event = LOG.save(opportunity, EventKind.QUESTION_ASKED, "status", by=by, at=at, note=question)
    queue_letter(
        opportunity,
        event,
        template_types.QUESTION,
        message,
        due_at=end_of_undo_period(at),
        question=question,
    )
    return event


@transaction.atomic
def publish_change(
    opportunity: Opportunity,
    *,
    by: User,
    at: datetime,
    version: int | None = None,
    message: EditableLetter | None = DEFAULT_LETTER,
) -> OpportunityEvent:
    """Publish the change that the member of an open need or offer proposes.

    Raises WrongStatus, Conflict and Refused (not_a_member, no_change).
    """
    LOG.lock(opportunity, OpportunityStatus.OPEN, version=version)
    _check_member(opportunity)
    columns = write_content(opportunity, content_from(_proposed(opportunity)))
    opportunity.proposed = None
    event = LOG.save(opportunity, EventKind.CHANGE_PUBLISHED, *columns, "proposed", by=by, at=at)
    queue_letter(opportunity, event, template_types.CHANGE_PUBLISHED, message, due_at=at)
    return event


@transaction.atomic
def decline_change(
    opportunity: Opportunity,
    *,
    reason: str,
    by: User,
    at: datetime,
    version: int | None = None,
    message: EditableLetter | None = DEFAULT_LETTER,
) -> OpportunityEvent:
    """Decline the proposed change for a reason that the member reads. What is published stays.

    Raises WrongStatus, Conflict and Refused (no_change).
    """
    LOG.lock(opportunity, OpportunityStatus.OPEN, version=version)
    _proposed(opportunity)
    opportunity.proposed = None
    event = LOG.save(opportunity, EventKind.CHANGE_DECLINED, "proposed", by=by, at=at, note=reason)
    queue_letter(
        opportunity,
        event,
        template_types.CHANGE_DECLINED,
        message,
        due_at=end_of_undo_period(at),
        reason=reason,
    )
    return event


@transaction.atomic
def close(
    opportunity: Opportunity,
    *,
    reason: str,
    by: User,
    at: datetime,
    version: int | None = None,
    message: EditableLetter | None = DEFAULT_LETTER,
) -> OpportunityEvent:
    """Close a need or an offer for a reason that its member reads: it is public no more.

    Contacts without an answer end; their senders are told when the letter is sent. Raises
    WrongStatus and Conflict.
    """
    LOG.lock(opportunity, *CLOSABLE, version=version)
    if not can_be_closed(opportunity):
        raise LOG.wrong_status(opportunity)
    due_at = cancel_for_decision(_all_topics(opportunity), at=at)
    opportunity.reason, opportunity.commitment = reason, None
    opportunity.decided_by, opportunity.decided_at = by, at
    event = end(
        opportunity,
        OpportunityStatus.CLOSED_BY_STAFF,
        EventKind.CLOSED_BY_STAFF,
        *("reason", "commitment", "decided_by", "decided_at"),
        by=by,
        at=at,
        told_at=due_at,
        note=reason,
    )
    queue_letter(opportunity, event, template_types.CLOSED, message, due_at=due_at, reason=reason)
    return event


def can_be_closed(opportunity: Opportunity) -> bool:
    """Return whether one waits for staff or is public. Others were withdrawn before that."""
    return opportunity.status in UNDECIDED or opportunity.is_public


def is_of_a_member(opportunity: Opportunity) -> bool:
    """Return whether it is of a member of the coalition now, as everybody sees it."""
    return Member.objects.filter(is_shown_as_admitted(), pk=opportunity.member_id).exists()


def _all_topics(opportunity: Opportunity) -> list[str]:
    """Return the topics of what is written about it, without contacts that were answered."""
    waiting = opportunity.contacts.waiting().values_list("pk", flat=True)
    return [
        *desk_topics(opportunity),
        topic_of(opportunity, ASKED),
        *(topic_of(opportunity, "contact", contact) for contact in waiting),
    ]


def _check_member(opportunity: Opportunity) -> None:
    if not is_of_a_member(opportunity):
        raise Refused(
            _("This is not possible: the organisation is not a member of the coalition now."),
            code="not_a_member",
        )


def _proposed(opportunity: Opportunity) -> dict[str, Any]:
    if opportunity.proposed is None:
        raise Refused(_("This proposed change no longer waits for a decision."), code="no_change")
    proposed: dict[str, Any] = opportunity.proposed
    return proposed
