"""Unsubscribing from bulletins, and subscribing again."""

from datetime import datetime
from typing import Final

from django.db import transaction

from core.addresses import normalise_address
from core.conflicts import lock_rows
from mailings.models import Mailing, MailingKind, MailingStatus, Recipient, Unsubscription
from members.models import FocalPoint
from outbox.models import Message, MessageStatus
from outbox.services.queue import cancel

# In these statuses, messages of a mailing may be queued at this moment.
ACTIVE_MAILING_STATUSES: Final = (MailingStatus.SCHEDULED, MailingStatus.SENDING)
# Messages in these statuses do not change again.
FINAL_MESSAGE_STATUSES: Final = (MessageStatus.SENT, MessageStatus.CANCELLED)


@transaction.atomic
def unsubscribe(*, focal_point: FocalPoint, at: datetime) -> None:
    """Send no more bulletins to the address of a focal point, whatever their role.

    Queued messages to the address are cancelled, and failed ones are not tried again. A second call
    has no effect.
    """
    address = normalise_address(focal_point.email)
    Unsubscription.objects.bulk_create(
        [Unsubscription(address=address, at=at)], ignore_conflicts=True
    )
    # A task that queues a bulletin now may have checked the address before: the lock waits for
    # its message, which is then cancelled. A task that starts later sees the new row.
    lock_rows(Mailing.objects.filter(kind=MailingKind.BULLETIN, status__in=ACTIVE_MAILING_STATUSES))
    bulletins = Recipient.objects.filter(address=address, mailing__kind=MailingKind.BULLETIN)
    messages = Message.objects.filter(pk__in=bulletins.values("message"))
    for topic in messages.exclude(status__in=FINAL_MESSAGE_STATUSES).values_list(
        "topic", flat=True
    ):
        cancel(topic=topic, at=at)


def resubscribe(*, focal_point: FocalPoint) -> None:
    """Send bulletins to the address of a focal point again. Does nothing if it is subscribed."""
    Unsubscription.objects.filter(address=normalise_address(focal_point.email)).delete()


def is_unsubscribed(focal_point: FocalPoint) -> bool:
    """Return whether the address of a focal point is unsubscribed from bulletins."""
    return Unsubscription.objects.filter(address=normalise_address(focal_point.email)).exists()
