"""Erase people from messages if they gave no consent or if their data must not be kept."""

from datetime import datetime

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import F, Q

from core.addresses import normalise_address
from outbox.models import (
    CANCEL_REASON_TEXTS,
    CANCELLED_BY,
    ERASED,
    EXPIRED_TEXT,
    SUPPRESSED,
    Message,
)
from outbox.models.delivery_event import (
    DeliveryEvent,
    SuppressedAddress,
    hash_of,
)
from outbox.services.queue import cancel

# The portal's own answers, which name no recipient.
OUR_ANSWERS = (*CANCEL_REASON_TEXTS.values(), *SUPPRESSED.values(), EXPIRED_TEXT)


@transaction.atomic
def erase_recipient(*, topic: str, segment: str, at: datetime) -> int:
    """Erase a person's name and address from the messages of one topic, and cancel the unsent ones.

    `topic` is the first part of the topics of these messages. `segment` is in the topics of the
    messages to the person. The text is replaced by `anonymous_body`, which does not name them, and
    loses its attachment. A message that a worker is sending at this moment may still be accepted.
    Returns the number of messages to the person.
    """
    about = Message.objects.filter(topic__startswith=f"{topic}/")
    to_them = about.filter(Q(topic__endswith=f"/{segment}") | Q(topic__contains=f"/{segment}/"))
    # Events are locked before their messages, in the same order as in the matching of events.
    numbers = to_them.values("message_id")
    DeliveryEvent.objects.filter(message=None, message_uuid__in=numbers).update(response="")
    cancel(topic=topic, at=at)

    locked = to_them.select_for_update().order_by("pk")
    erased = dict(locked.values_list("pk", "recipient"))
    about.exclude(anonymous_body="").update(
        body=F("anonymous_body"),
        anonymous_body="",
        attachment_name="",
        attachment_type="",
        attachment="",
    )
    DeliveryEvent.objects.filter(message__in=erased).update(response="")
    of_servers = Message.objects.filter(pk__in=erased).exclude(server_response__in=OUR_ANSWERS)
    of_servers.exclude(server_response__startswith=CANCELLED_BY).update(server_response="")
    Message.objects.filter(pk__in=erased).update(
        recipient=ERASED, recipient_name="", bounce_response=""
    )
    hash_suppressed(*erased.values())
    return len(erased)


@transaction.atomic
def delete_messages(*, reference: str) -> int:
    """Delete all messages of a reference, when the object that they are about is deleted.

    A suppressed address that no other message is addressed to is replaced by its hash. A message
    that a worker is sending at this moment may still be accepted. Returns the number of messages.

    Raises ValueError if the reference is empty.
    """
    if not reference:
        raise ValueError("Name the reference to forget.")
    messages = Message.objects.filter(reference=reference)
    addresses = list(messages.values_list("recipient", flat=True))
    _number, by_model = messages.delete()
    hash_suppressed(*addresses)
    return by_model.get(Message._meta.label, 0)


def hash_suppressed(*addresses: str) -> None:
    """Replace the suppressed addresses that no message is addressed to by their hash."""
    for suppressed in SuppressedAddress.objects.filter(
        address__in=map(normalise_address, addresses)
    ):
        if not Message.objects.filter(recipient__iexact=suppressed.address).exists():
            suppressed.address = hash_of(suppressed.address)
            suppressed.save(update_fields=["address"])
            # If somebody lifted the suppression, the log of the admin has the address too.
            kind = ContentType.objects.get_for_model(SuppressedAddress)
            noted = LogEntry.objects.filter(content_type=kind, object_id=suppressed.pk)
            noted.update(object_repr=str(suppressed))
