"""Workers are killed while they work: nothing is lost, and almost nothing is repeated."""

import os
import random
import time

import pytest
from django.db import connection

from outbox.models import Message, MessageStatus
from tests.portal import beat, worker
from tests.processes import PATIENCE
from tests.system.mail import all_sent, fill, five_minutes_pass, repeats

pytestmark = [pytest.mark.patient, pytest.mark.django_db(transaction=True)]

CONCURRENCY = 2
# Each killed worker takes seconds to start again, so CI kills fewer.
IS_CI = os.environ.get("CI") == "true"
if connection.vendor == "postgresql":
    MESSAGES, KILLS = (400, 3) if IS_CI else (5_000, 20)
else:
    # The embedded broker delivers only a few tasks per second.
    MESSAGES, KILLS = (20, 2) if IS_CI else (40, 4)
# The time in which a running worker would have sent something, in seconds.
STANDSTILL = 10


def kill_workers_while_sending(given, folder, sink, *, messages, kills):
    """Kill one of two workers repeatedly, each time after a random number of messages."""
    moments = sorted(random.sample(range(1, messages * 9 // 10), kills))
    workers = [
        worker(given, folder, concurrency=CONCURRENCY, name=f"worker-{number}") for number in (1, 2)
    ]
    with beat(given, folder), workers[0], workers[1]:
        for moment in moments:
            wait_for(sink, moment)
            victim = random.choice(workers)  # noqa: S311
            victim.kill()
            victim.start()
        for each in workers:
            each.stop()
        # The messages that the killed workers had claimed wait for five minutes, and are then sent.
        five_minutes_pass()
        for each in workers:
            each.start()
        assert all_sent(within=PATIENCE)


def wait_for(sink, count):
    """Wait until some messages have arrived, checking more often than a message takes.

    If no more arrive, the rest counts as published by a sweep that was killed.
    """
    seen, seen_at = -1, time.monotonic()
    while len(sink.arrived) < count:
        if len(sink.arrived) > seen:
            seen, seen_at = len(sink.arrived), time.monotonic()
        elif time.monotonic() > seen_at + STANDSTILL:
            five_minutes_pass(leases=False)
            seen_at = time.monotonic()
        time.sleep(0.005)


def assert_each_arrived(sink, messages, *, repeated_at_most):
    sent = Message.objects.filter(status=MessageStatus.SENT)
    assert sent.count() == len(messages)
    assert set(sink.message_ids) == {f"<{each.message_id}@p2c.example>" for each in messages}
    assert set(sink.recipients) == {each.recipient for each in messages}
    assert len(sink.arrived) - len(messages) == repeats(sink) <= repeated_at_most


# Twenty workers must start again, which takes a minute on an idle machine.
@pytest.mark.timeout(300)
def test_killed_workers_lose_nothing_and_repeat_only_what_they_had_in_hand(
    own_sink, given, tmp_path
):
    messages = fill(MESSAGES)

    kill_workers_while_sending(given, tmp_path, own_sink, messages=MESSAGES, kills=KILLS)

    assert_each_arrived(own_sink, messages, repeated_at_most=KILLS * CONCURRENCY)
