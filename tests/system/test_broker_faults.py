"""A broker that is down or loses all data: messages are rows, so none is lost."""

import sqlite3
import time

import pytest
from django.db import connection

from outbox.models import Message, MessageStatus
from tests.broker import broker_at
from tests.mail_server import END
from tests.portal import beat, worker
from tests.processes import eventually
from tests.system.mail import all_sent, five_minutes_pass, queue, repeats

pytestmark = pytest.mark.django_db(transaction=True)

# The time that the processes need to reconnect to their broker, in seconds.
AFTER_TROUBLE = 60


def publish(count, name):
    """Queue messages as a web process does, and return the seconds of the slowest one."""
    slowest = 0
    for number in range(count):
        started = time.monotonic()
        queue(f"{name}-{number}@example.org")
        slowest = max(slowest, time.monotonic() - started)
    return slowest


def names(count, name):
    return {f"{name}-{number}@example.org" for number in range(count)}


@pytest.mark.skipif(connection.vendor != "postgresql", reason="once is enough")
@pytest.mark.parametrize("way", ["stop", "kill", "flush"])
def test_redis_that_goes_away_or_forgets_loses_nothing(own_redis, own_sink, given, tmp_path, way):
    workers = [worker(given, tmp_path, name=f"worker-{number}") for number in (1, 2)]

    with beat(given, tmp_path), workers[0], workers[1], broker_at(own_redis.url()):
        publish(100, "before")
        assert eventually(lambda: len(own_sink.arrived) > 30, within=30)
        # Each worker process has a message, whose task it cannot acknowledge then.
        count = len(own_sink.arrived)
        own_sink.will(END, *[1.0] * 4)
        assert eventually(lambda: len(own_sink.arrived) == count + 4, within=30)
        getattr(own_redis, way)()
        slowest = publish(10, "meanwhile")
        if not own_redis.is_running:
            in_hand = Message.objects.filter(status=MessageStatus.SENDING)
            assert eventually(lambda: not in_hand.exists(), within=30)
            own_redis.start()
        publish(10, "after")
        # Tasks that the broker lost count as published until this time.
        five_minutes_pass(leases=False)
        assert all_sent(within=AFTER_TROUBLE)

    assert slowest < 1
    expected = names(100, "before") | names(10, "meanwhile") | names(10, "after")
    assert set(own_sink.recipients) == expected
    assert repeats(own_sink) == 0
    assert len(own_sink.arrived) == 120


@pytest.mark.skipif(connection.vendor != "sqlite", reason="the defaults of one machine")
def test_locked_file_of_the_embedded_broker_costs_no_time_and_no_message(own_sink, given, tmp_path):
    url = given["CELERY_BROKER_URL"]

    with beat(given, tmp_path), worker(given, tmp_path), broker_at(url):
        publish(1, "before")
        assert eventually(lambda: own_sink.arrived, within=30)
        with sqlite3.connect(url.removeprefix("sqla+sqlite:///"), isolation_level=None) as lock:
            lock.execute("BEGIN EXCLUSIVE")
            slowest = publish(3, "meanwhile")
            lock.execute("ROLLBACK")
        lock.close()
        publish(1, "after")
        assert all_sent(within=AFTER_TROUBLE)

    assert slowest < 2
    assert sorted(own_sink.recipients) == sorted(
        names(1, "before") | names(3, "meanwhile") | names(1, "after")
    )
