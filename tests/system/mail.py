"""What the tests of faults do with the outbox: fill it, let time pass, and look what arrived."""

from collections import Counter

from django.db.models import F
from django.utils.timezone import now

from outbox.models import PUBLISHED_LONG_AGO, Message, MessageStatus
from outbox.services.delivery import PROBE_EVERY
from tests.factories import MessageFactory
from tests.processes import eventually


def fill(count, **facts):
    """Store messages that are due and of which nobody was told."""
    at = now()
    return Message.objects.bulk_create(
        MessageFactory.build(queued_at=at, due_at=at, **facts) for _number in range(count)
    )


def five_minutes_pass(*, leases=True):
    """Let what was published count as long ago, and the leases of workers that died run out.

    The leases only while no worker has a message in hand: in earnest its would still hold.
    """
    waiting = Message.objects.waiting()
    waiting.update(published_at=F("published_at") - PUBLISHED_LONG_AGO)
    if leases:
        waiting.filter(status=MessageStatus.SENDING).update(leased_until=now())


def a_minute_passes():
    """Let the mail server count as tried long enough ago to be tried again."""
    Message.objects.waiting_for_server().update(
        server_trouble_at=F("server_trouble_at") - PROBE_EVERY
    )


def all_sent(*, within):
    """Tell whether every message is sent in time."""
    return eventually(lambda: not Message.objects.waiting().exists(), within=within)


def repeats(sink):
    """Return how many mails came once more under a Message-ID that had come."""
    return sum(count - 1 for count in Counter(sink.message_ids).values())
