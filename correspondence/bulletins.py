"""Who wants no bulletins: said by their own link, and taken back by it."""

from datetime import datetime

from django.db import transaction

from correspondence.judging import folded
from correspondence.models import MailingKind, Recipient, Unsubscription
from members.models import FocalPoint
from outbox.models import Message, MessageStatus
from outbox.queueing import cancel


@transaction.atomic
def unsubscribe(*, focal_point: FocalPoint, at: datetime) -> None:
    """Send no more bulletins to the address of a focal point, in whatever role they have it.

    What waits to go there is cancelled, and what failed is not tried again. Done twice, it is
    done once.
    """
    address = folded(focal_point.email)
    Unsubscription.objects.bulk_create(
        [Unsubscription(address=address, at=at)], ignore_conflicts=True
    )
    bulletins = Recipient.objects.filter(address=address, mailing__kind=MailingKind.BULLETIN)
    messages = Message.objects.filter(pk__in=bulletins.values("message"))
    for topic in messages.exclude(status=MessageStatus.SENT).values_list("topic", flat=True):
        cancel(topic=topic, at=at)


def subscribe_again(*, focal_point: FocalPoint) -> None:
    """Send bulletins to the address of a focal point again; there may be nothing to take back."""
    Unsubscription.objects.filter(address=folded(focal_point.email)).delete()


def is_unsubscribed(focal_point: FocalPoint) -> bool:
    """Tell whether the address of a focal point wants no bulletins."""
    return Unsubscription.objects.filter(address=folded(focal_point.email)).exists()
