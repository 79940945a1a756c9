"""Store a provider's delivery events, match them to messages, and suppress addresses.

An event may arrive twice, out of order, or before its message is recorded as sent. The result is
the same.
"""

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from core.addresses import normalise_address
from core.conflicts import lock
from outbox.models import ERASED, Message, MessageStatus
from outbox.models.delivery_event import (
    CAME_BACK,
    SUPPRESSES,
    DeliveryEvent,
    EventKind,
    SuppressedAddress,
)
from outbox.services.providers import ProviderEvent

logger = logging.getLogger(__name__)

MATCH_BATCH_SIZE: Final = 500
# How many events are matched in the provider's request. The task matches the others.
MATCHED_ON_ARRIVAL: Final = 100
# Providers retry for hours if the portal does not answer, but never for this long.
UNMATCHED_FOR: Final = timedelta(days=7)


class AlreadyLifted(Exception):
    """The suppression of the address was lifted already."""

    def __init__(self) -> None:
        super().__init__(_("This address was already removed from the suppression list."))


def record_events(reports: Iterable[ProviderEvent], *, at: datetime) -> None:
    """Store the events that a provider reported, each only once, and match them to messages.

    A time in the future is replaced by `at`.
    """
    events = [
        DeliveryEvent(
            key=report.key,
            provider=report.provider,
            kind=report.kind,
            at=min(report.at or at, at),
            received_at=at,
            message_uuid=report.message_uuid,
            provider_id=report.provider_id,
            response=report.response,
        )
        for report in reports
    ]
    # In a fixed order, so that two requests with the same events cannot deadlock.
    events.sort(key=lambda event: event.key)
    DeliveryEvent.objects.bulk_create(events, ignore_conflicts=True)
    kept = DeliveryEvent.objects.filter(key__in=[event.key for event in events])
    matched = _match_each(_to_match(kept)[:MATCHED_ON_ARRIVAL], at=at)
    logger.info("%d reports of our mail came in, %d were acted on", len(events), matched)


def match_pending_events(*, at: datetime) -> int:
    """Match stored events to messages that were sent since, and return how many matched."""
    return _match_each(_to_match(DeliveryEvent.objects.all())[:MATCH_BATCH_SIZE], at=at)


def delete_unmatched_events(*, at: datetime) -> int:
    """Delete the events that matched no message within a week, and return how many."""
    unmatched = DeliveryEvent.objects.unmatched().filter(received_at__lt=at - UNMATCHED_FOR)
    return unmatched.delete()[0]


@transaction.atomic
def lift_suppression(*, suppressed: SuppressedAddress, by: User, at: datetime) -> SuppressedAddress:
    """Lift the suppression of an address. Messages that were held back are not sent automatically.

    Raises AlreadyLifted.
    """
    lock(suppressed)
    if suppressed.lifted_at is not None:
        raise AlreadyLifted
    suppressed.lifted_at = at
    suppressed.lifted_by = by
    suppressed.lifted_by_name = by.get_full_name()
    suppressed.save(update_fields=["lifted_at", "lifted_by", "lifted_by_name"])
    logger.info("Suppressed address %s lifted by user %s", suppressed.pk, by.pk)
    return suppressed


def _to_match(events: QuerySet[DeliveryEvent]) -> QuerySet[DeliveryEvent, int]:
    """Return the primary keys of the unmatched events whose message is now recorded as sent."""
    sent = Message.objects.filter(status=MessageStatus.SENT)
    is_there = Exists(sent.filter(message_id=OuterRef("message_uuid"))) | (
        ~Q(provider_id="") & Exists(sent.filter(provider_id=OuterRef("provider_id")))
    )
    waiting = events.filter(is_there, message__isnull=True)
    return waiting.order_by("received_at", "pk").values_list("pk", flat=True)


def _match_each(keys: Iterable[int], *, at: datetime) -> int:
    return sum(_match(pk, at) for pk in list(keys))


@transaction.atomic
def _match(event_pk: int, at: datetime) -> bool:
    """Match one event to its message, and update the message and the suppressed addresses."""
    # Locked, so that each event is processed once. The message is locked too, so that two events
    # of one message are processed one after the other.
    waiting = DeliveryEvent.objects.select_for_update().filter(pk=event_pk, message__isnull=True)
    event = waiting.first()
    message = _message_of(event) if event else None
    if not event or not message:
        return False
    event.message = message
    if message.recipient == ERASED:
        event.response = ""
    event.save(update_fields=["message", "response"])
    _judge(message)
    _suppress(message, event)
    return True


def _message_of(event: DeliveryEvent) -> Message | None:
    """Lock and return the message of an event, by the portal's ID first, then the provider's."""
    sent = Message.objects.select_for_update().filter(status=MessageStatus.SENT)
    by_ours = sent.filter(message_id=event.message_uuid) if event.message_uuid else sent.none()
    by_theirs = sent.filter(provider_id=event.provider_id) if event.provider_id else sent.none()
    return by_ours.first() or by_theirs.order_by("pk").first()


def _judge(message: Message) -> None:
    """Record whether a message bounced, by the event that happened last, not the last received."""
    told = message.events.filter(kind__in=[EventKind.DELIVERED, *CAME_BACK])
    last = max(told, key=lambda event: (event.at, event.kind in CAME_BACK, event.pk), default=None)
    has_come_back = last is not None and last.kind in CAME_BACK
    message.bounced_at = last.at if last and has_come_back else None
    message.bounce_response = last.response if last and has_come_back else ""
    message.save(update_fields=["bounced_at", "bounce_response"])


def _suppress(message: Message, event: DeliveryEvent) -> None:
    """Suppress the address if the event is a reason to, unless that was lifted after the event."""
    reason = SUPPRESSES.get(EventKind(event.kind))
    if reason is None:
        return
    if message.recipient == ERASED:
        return
    address = normalise_address(message.recipient)
    earlier = SuppressedAddress.objects.of(address)
    if earlier.filter(Q(lifted_at__gte=event.at) | Q(lifted_at__isnull=True)).exists():
        return
    # If another process suppresses the address at the same time, its row stays.
    SuppressedAddress.objects.bulk_create(
        [SuppressedAddress(address=address, reason=reason, since=event.at, event=event)],
        ignore_conflicts=True,
    )
