"""Fills the outbox, advances its times, and checks what arrived."""

from collections import Counter

from django.db import transaction
from django.db.models import F
from django.utils.timezone import now

from outbox.models import PUBLISHED_LONG_AGO, Message, MessageStatus
from outbox.services.delivery import PROBE_EVERY
from outbox.services.letters import Addressee, EditableLetter
from outbox.services.queue import Envelope, post
from tests.factories import MessageFactory
from tests.processes import eventually


def fill(count, **facts):
    """Store due messages whose tasks were not published."""
    at = now()
    return Message.objects.bulk_create(
        MessageFactory.build(queued_at=at, due_at=at, **facts) for _number in range(count)
    )


@transaction.atomic
def queue(recipient, *, topic=""):
    """Queue a message as a web process does."""
    letter = EditableLetter("P2C-TEST: welcome", "Dear **Ada**,", "en")
    topic = topic or f"test/{recipient}"
    return post(Envelope(letter, Addressee(recipient, "en"), topic), at=now())


def five_minutes_pass(*, leases=True):
    """Date back published messages, and let the leases of dead workers expire.

    Leases are changed only while no worker holds a message, because its lease would still be valid.
    """
    waiting = Message.objects.waiting()
    waiting.update(published_at=F("published_at") - PUBLISHED_LONG_AGO)
    if leases:
        waiting.filter(status=MessageStatus.SENDING).update(leased_until=now())


def a_minute_passes():
    """Date back what waits for the mail server, so that it is tried again."""
    Message.objects.waiting_for_server().update(
        first_due_at=F("first_due_at") - PROBE_EVERY,
        server_trouble_at=F("server_trouble_at") - PROBE_EVERY,
    )


def all_sent(*, within):
    """Wait until all messages are sent; return whether they were in time."""
    return eventually(lambda: not Message.objects.waiting().exists(), within=within)


def repeats(sink):
    """Return how many messages arrived more than once with the same Message-ID."""
    return sum(count - 1 for count in Counter(sink.message_ids).values())
