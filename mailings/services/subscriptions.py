"""Who wants no bulletins: said by their own link, and taken back by it."""

from datetime import datetime
from typing import Final

from django.db import transaction

from core.conflicts import lock_rows
from mailings.models import Mailing, MailingKind, MailingStatus, Recipient, Unsubscription
from members.models import FocalPoint
from outbox.models import Message, MessageStatus
from outbox.models.delivery_event import normalise_address
from outbox.services.queue import cancel

# What may be written to somebody at this moment.
ACTIVE_MAILING_STATUSES: Final = (MailingStatus.SCHEDULED, MailingStatus.SENDING)
# What of a message is over for good.
FINAL_MESSAGE_STATUSES: Final = (MessageStatus.SENT, MessageStatus.CANCELLED)


@transaction.atomic
def unsubscribe(*, focal_point: FocalPoint, at: datetime) -> None:
    """Send no more bulletins to the address of a focal point, in whatever role they have it.

    What waits to go there is cancelled, and what failed is not tried again. Done twice, it is
    done once.
    """
    address = normalise_address(focal_point.email)
    Unsubscription.objects.bulk_create(
        [Unsubscription(address=address, at=at)], ignore_conflicts=True
    )
    # Whoever writes a bulletin at this moment has judged the address before: their mail is waited
    # for, and cancelled. Who begins to write afterwards knows.
    lock_rows(Mailing.objects.filter(kind=MailingKind.BULLETIN, status__in=ACTIVE_MAILING_STATUSES))
    bulletins = Recipient.objects.filter(address=address, mailing__kind=MailingKind.BULLETIN)
    messages = Message.objects.filter(pk__in=bulletins.values("message"))
    for topic in messages.exclude(status__in=FINAL_MESSAGE_STATUSES).values_list(
        "topic", flat=True
    ):
        cancel(topic=topic, at=at)


def resubscribe(*, focal_point: FocalPoint) -> None:
    """Send bulletins to the address of a focal point again; there may be nothing to take back."""
    Unsubscription.objects.filter(address=normalise_address(focal_point.email)).delete()


def is_unsubscribed(focal_point: FocalPoint) -> bool:
    """Tell whether the address of a focal point wants no bulletins."""
    return Unsubscription.objects.filter(address=normalise_address(focal_point.email)).exists()
