"""When a step about a commitment needs a second person, and the request that waits for one.

A large amount is published, approved or counted only if two people want it. The first one's step
becomes a request, and the same step of a second one confirms it. The commitment is locked.
"""

from collections.abc import Collection
from datetime import datetime
from decimal import Decimal
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Max
from django.utils.translation import gettext as _

from accounts.models import RequestStatus, User
from accounts.services.second_person import check_is_second_person, settle
from commitments.models import (
    Amount,
    Commitment,
    CommitmentEvent,
    CommitmentStatus,
    EventKind,
    PublicationRequest,
)
from commitments.services.content_in_words import amount_in_words
from commitments.services.conversion import in_dollars, month_of, rate_of
from commitments.services.counting import counted_amounts
from commitments.services.events import lock_commitment, save_with_event
from commitments.services.money_in_words import US_DOLLAR, money_in_words
from core.conflicts import Refused

# With fewer amounts of a stage, the largest one says nothing.
ENOUGH_TO_COMPARE: Final = 10


def why_second_person(
    commitment: Commitment, amounts: Collection[Amount], *, at: datetime
) -> list[str]:
    """Return why some amounts of a commitment need a second person; empty if they do not.

    `amounts` are those that count, or would count. The setting COMMITMENT_SECOND_PERSON_ABOVE is
    in US dollars; 0 switches the rule off. It takes two queries, and one for each currency.
    """
    limit = int(settings.COMMITMENT_SECOND_PERSON_ABOVE)
    if not limit or not amounts:
        return []
    largest = _largest_by_stage(commitment)
    return [why for amount in amounts if (why := _why_large(amount, limit, largest, at))]


def _why_large(amount: Amount, limit: int, largest: dict[str, Decimal], at: datetime) -> str:
    rate = rate_of(amount.currency, month_of(amount, at=at))
    words = {"amount": amount_in_words(amount)}
    if rate is None:
        return _("%(amount)s: there is no rate to say how large it is.") % words
    dollars = in_dollars(amount, rate)
    if dollars > limit:
        return _("%(amount)s: it is above %(limit)s.") % {
            **words,
            "limit": money_in_words(Decimal(limit), US_DOLLAR),
        }
    if dollars > largest.get(amount.stage, dollars):
        return _("%(amount)s: it is larger than each other amount of its stage.") % words
    return ""


def _largest_by_stage(commitment: Commitment) -> dict[str, Decimal]:
    """Return the largest amount of other commitments at each stage at which enough count."""
    others = counted_amounts(Commitment.objects.exclude(pk=commitment.pk))
    rows = others.values("stage").annotate(number=Count("pk"), largest=Max("usd")).order_by()
    return {
        row["stage"]: row["largest"]
        for row in rows
        if row["number"] >= ENOUGH_TO_COMPARE and row["largest"] is not None
    }


def waiting_request(commitment: Commitment) -> PublicationRequest | None:
    """Return the request of a commitment that waits for a second person, if there is one."""
    waiting = commitment.publication_requests.waiting()
    return waiting.select_related("requested_by", "amount").first()


def first_person(commitment: Commitment, kind: str) -> User | None:
    """Return who asks a second person to confirm a step of a kind, if somebody does."""
    request = waiting_request(commitment)
    return request.requested_by if request and request.kind == kind else None


def is_request(made: object) -> bool:
    """Return whether a step only made a request for a second person."""
    return isinstance(made, CommitmentEvent) and made.kind == EventKind.SECOND_PERSON_ASKED


def ask_second_person(
    commitment: Commitment,
    kind: EventKind,
    amounts: Collection[Amount],
    *,
    amount: Amount | None = None,
    by: User,
    at: datetime,
) -> CommitmentEvent | None:
    """Return the event of a new request, or None if the step may be taken now.

    It may be taken if no amount is large, or if this person confirms what a colleague requested.
    The request is for the next version of the locked commitment, which makes the pages obsolete
    that do not show it. Raises Refused (second_person_needed) to the one who asked.
    """
    if not why_second_person(commitment, amounts, at=at):
        return None
    request = waiting_request(commitment)
    if request is None or (request.kind, request.amount) != (kind, amount):
        return request_confirmation(commitment, kind, amount=amount, by=by, at=at)
    check_is_second_person(request, by)
    settle(request, RequestStatus.CONFIRMED, by=by, at=at)
    return None


def request_confirmation(
    commitment: Commitment,
    kind: EventKind,
    *,
    amount: Amount | None = None,
    by: User,
    at: datetime,
) -> CommitmentEvent:
    """Request that a second person confirms a step about a locked commitment."""
    for earlier in commitment.publication_requests.filter(status=RequestStatus.WAITING):
        settle(earlier, RequestStatus.WITHDRAWN, by=by, at=at)
    note = amount_in_words(amount) if amount else str(kind.label)
    event = save_with_event(commitment, EventKind.SECOND_PERSON_ASKED, by=by, at=at, note=note)
    commitment.publication_requests.create(
        version=commitment.version, kind=kind, amount=amount, requested_by=by, requested_at=at
    )
    return event


@transaction.atomic
def take_back_request(
    commitment: Commitment, *, by: User, at: datetime, version: int | None = None
) -> CommitmentEvent:
    """Take back one's own request.

    Raises WrongStatus, Conflict and Refused (no_request, not_yours).
    """
    statuses = set(CommitmentStatus) - {CommitmentStatus.DRAFT}
    lock_commitment(commitment, *statuses, version=version)
    request = waiting_request(commitment)
    if request is None:
        raise Refused(_("Nobody waits for a second person now."), code="no_request")
    if request.requested_by_id != by.pk:
        raise Refused(
            _("Only %(name)s can take this back.") % {"name": request.requested_by},
            code="not_yours",
        )
    settle(request, RequestStatus.WITHDRAWN, by=by, at=at)
    return save_with_event(commitment, EventKind.REQUEST_TAKEN_BACK, by=by, at=at)


def keep_request(commitment: Commitment) -> None:
    """Let a request wait on after a step that changed nothing it is about: an assignment."""
    waiting = commitment.publication_requests.filter(status=RequestStatus.WAITING)
    waiting.filter(version=commitment.version - 1).update(version=commitment.version)


def reopen_request(event: CommitmentEvent, *, version: int) -> None:
    """Let a request wait again for a version: the step that confirmed it was undone."""
    confirmed = event.commitment.publication_requests.filter(
        status=RequestStatus.CONFIRMED, decided_at=event.at, decided_by=event.by_user
    )
    confirmed.update(
        status=RequestStatus.WAITING, decided_at=None, decided_by=None, version=version
    )


def is_approved_by_two(commitment: Commitment) -> bool:
    """Return whether the approval of a commitment was confirmed by a second person."""
    return commitment.publication_requests.filter(
        kind=EventKind.APPROVED,
        status=RequestStatus.CONFIRMED,
        decided_at=commitment.decided_at,
        decided_by=commitment.decided_by,
    ).exists()
