"""A mailing to thousands of recipients, and one person who waits for a message."""

import time

import pytest
from django.db import connection

from outbox.models import Message, Queue
from tests.broker import broker_at
from tests.portal import as_in_procfile, beat
from tests.processes import eventually
from tests.system.mail import fill, queue

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.skipif(connection.vendor != "postgresql", reason="once is enough")
def test_acknowledgement_behind_five_thousand_of_a_mailing_arrives_within_five_seconds(
    own_redis, own_sink, given, tmp_path
):
    mailing = fill(5000, queue=Queue.BULK)
    workers = [as_in_procfile(name, given, tmp_path) for name in ("mail", "bulk")]

    with beat(given, tmp_path), workers[0], workers[1], broker_at(own_redis.url()):
        unpublished = Message.objects.filter(published_at=None)
        assert eventually(lambda: own_sink.arrived and not unpublished.exists(), within=60)
        started = time.monotonic()
        queue("acknowledged@example.org")
        arrived = eventually(lambda: "acknowledged@example.org" in own_sink.recipients, within=30)
        took = time.monotonic() - started
        behind = Message.objects.filter(queue=Queue.BULK).waiting().count()

    assert arrived
    # The promised time.
    assert took < 5
    assert behind > len(mailing) / 2


@pytest.mark.skipif(connection.vendor != "postgresql", reason="once is enough")
def test_swept_acknowledgement_does_not_wait_for_a_mailing(own_redis, own_sink, given, tmp_path):
    fill(5000, queue=Queue.BULK)
    [acknowledgement] = fill(1)
    workers = [as_in_procfile(name, given, tmp_path) for name in ("mail", "bulk")]

    with beat(given, tmp_path), workers[0], workers[1]:
        assert eventually(lambda: acknowledgement.recipient in own_sink.recipients, within=60)
        behind = Message.objects.filter(queue=Queue.BULK).waiting().count()

    assert behind > 4000
