"""Whether messages arrived, by what a provider reports of them, and whom nothing is sent to.

A report may come twice, out of order, or before its message counts as sent: what is so in the end
is the same.
"""

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from core.conflicts import lock
from outbox.models import ERASED, Message, MessageStatus
from outbox.models.delivery_event import (
    CAME_BACK,
    SUPPRESSES,
    DeliveryEvent,
    EventKind,
    SuppressedAddress,
    normalise_address,
)
from outbox.services.providers import ProviderEvent

logger = logging.getLogger(__name__)

MATCH_BATCH_SIZE: Final = 500
# So many are acted on while the provider waits for our answer, the others by the task.
MATCHED_ON_ARRIVAL: Final = 100
# Providers try again for hours where we do not answer, never for so long.
UNMATCHED_FOR: Final = timedelta(days=7)


class AlreadyLifted(Exception):
    """Somebody has let the address be written to again already."""

    def __init__(self) -> None:
        super().__init__(_("This address may be written to again already."))


def record_events(reports: Iterable[ProviderEvent], *, at: datetime) -> None:
    """Keep what a provider reported, once however often it does, and act on it.

    What says that it happens later than now, happens now.
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
    # In one order, so that two who store the same at once do not block each other.
    events.sort(key=lambda event: event.key)
    DeliveryEvent.objects.bulk_create(events, ignore_conflicts=True)
    kept = DeliveryEvent.objects.filter(key__in=[event.key for event in events])
    matched = _match_each(_to_match(kept)[:MATCHED_ON_ARRIVAL], at=at)
    logger.info("%d reports of our mail came in, %d were acted on", len(events), matched)


def match_pending_events(*, at: datetime) -> int:
    """Act on what was reported of messages that have been sent since, and count it."""
    return _match_each(_to_match(DeliveryEvent.objects.all())[:MATCH_BATCH_SIZE], at=at)


def delete_unmatched_events(*, at: datetime) -> int:
    """Delete what was reported a week ago of no message of ours, and count it."""
    unmatched = DeliveryEvent.objects.unmatched().filter(received_at__lt=at - UNMATCHED_FOR)
    return unmatched.delete()[0]


@transaction.atomic
def lift_suppression(*, suppressed: SuppressedAddress, by: User, at: datetime) -> SuppressedAddress:
    """Let an address be written to again; what was held back from it is not sent by itself.

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
    """Return the keys of the events of no message whose message counts as sent by now."""
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
    """Say of one event which message it is about, and do what follows from it, once."""
    # Locked, so that what follows follows once; the message too, so that two reports of it are
    # judged one after the other.
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
    """Lock and return the message that an event is about, by our number rather than by theirs."""
    sent = Message.objects.select_for_update().filter(status=MessageStatus.SENT)
    by_ours = sent.filter(message_id=event.message_uuid) if event.message_uuid else sent.none()
    by_theirs = sent.filter(provider_id=event.provider_id) if event.provider_id else sent.none()
    return by_ours.first() or by_theirs.order_by("pk").first()


def _judge(message: Message) -> None:
    """Say whether a message has come back: what happened last counts, whatever came in last."""
    told = message.events.filter(kind__in=[EventKind.DELIVERED, *CAME_BACK])
    last = max(told, key=lambda event: (event.at, event.kind in CAME_BACK, event.pk), default=None)
    has_come_back = last is not None and last.kind in CAME_BACK
    message.bounced_at = last.at if last and has_come_back else None
    message.bounce_response = last.response if last and has_come_back else ""
    message.save(update_fields=["bounced_at", "bounce_response"])


def _suppress(message: Message, event: DeliveryEvent) -> None:
    """Write to an address no more where an event says so, and nobody has overruled it since."""
    reason = SUPPRESSES.get(EventKind(event.kind))
    if reason is None:
        return
    if message.recipient == ERASED:
        return
    address = normalise_address(message.recipient)
    earlier = SuppressedAddress.objects.of(address)
    if earlier.filter(Q(lifted_at__gte=event.at) | Q(lifted_at__isnull=True)).exists():
        return
    # Where it is suppressed at this very moment, that holds.
    SuppressedAddress.objects.bulk_create(
        [SuppressedAddress(address=address, reason=reason, since=event.at, event=event)],
        ignore_conflicts=True,
    )
