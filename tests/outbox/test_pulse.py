from datetime import timedelta

import pytest
from django.conf import settings

from outbox.models import BEAT, Heartbeat, Queue
from outbox.pulse import (
    BEAT_SILENT,
    FORGOTTEN,
    OVERDUE,
    WORKER_SILENT,
    Pulse,
    forget_the_silent,
    show_beat_alive,
    show_worker_alive,
    take_pulse,
    troubles,
)
from tests.factories import NOON, HeartbeatFactory, MessageFactory

SECOND = timedelta(seconds=1)


def pulse(**facts):
    fine = {"at": NOON, "beat_at": NOON, "workers": {"mail": 1, "bulk": 1}, "due_since": {}}
    return Pulse(**{**fine, **facts})


def test_take_pulse_counts_the_workers_of_each_queue_that_are_alive():
    HeartbeatFactory(name="mail@one", queue="mail", at=NOON)
    HeartbeatFactory(name="mail@one", queue="sweep", at=NOON)
    HeartbeatFactory(name="mail@two", queue="mail", at=NOON - WORKER_SILENT)
    HeartbeatFactory(name="mail@three", queue="mail", at=NOON - WORKER_SILENT - SECOND)

    taken = take_pulse(at=NOON)

    assert taken.workers == {"mail": 2, "bulk": 0, "sweep": 1}
    assert taken.unserved == [Queue.BULK]


def test_take_pulse_tells_the_last_sweep_and_the_oldest_due_message():
    HeartbeatFactory(name=BEAT, at=NOON - SECOND)
    MessageFactory(due_at=NOON - 2 * SECOND)
    MessageFactory(due_at=NOON - 3 * SECOND, queue=Queue.BULK)

    taken = take_pulse(at=NOON)

    assert taken.beat_at == NOON - SECOND
    assert taken.due_since == {"mail": NOON - 2 * SECOND, "bulk": NOON - 3 * SECOND}
    assert taken.oldest_due == NOON - 3 * SECOND


@pytest.mark.parametrize("count", [1, 3])
def test_take_pulse_costs_the_same_for_one_and_for_three(django_assert_num_queries, count):
    for number in range(count):
        HeartbeatFactory(name=f"mail@{number}", queue="mail")
        MessageFactory()

    with django_assert_num_queries(2):
        take_pulse(at=NOON)


def test_nothing_keeps_mail_from_moving_where_all_is_well():
    assert troubles(pulse(due_since={"mail": NOON - OVERDUE[Queue.MAIL]})) == []


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({"beat_at": None}, "The sweep, which picks up what was left, has not run yet."),
        (
            {"beat_at": NOON - BEAT_SILENT - timedelta(hours=1)},
            "The sweep, which picks up what was left, last ran 1 hour",
        ),
        ({"workers": {"mail": 0, "bulk": 1}}, "No worker delivers letters (queue “mail”)."),
        ({"workers": {"mail": 1, "bulk": 0}}, "No worker delivers mailings (queue “bulk”)."),
        (
            {"due_since": {"mail": NOON - timedelta(minutes=16)}},
            "The oldest letter that is due has waited for 16 minutes.",
        ),
        (
            {"due_since": {"bulk": NOON - timedelta(hours=3)}},
            "The oldest message of a mailing that is due has waited for 3 hours.",
        ),
    ],
)
def test_trouble_is_told_in_a_sentence(facts, sentence):
    (found,) = troubles(pulse(**facts))

    assert found.replace("\xa0", " ").startswith(sentence)


def test_beat_may_miss_some_sweeps():
    assert not pulse(beat_at=NOON - 4 * settings.SWEEP_EVERY).beat_is_silent


def test_mailing_may_take_longer_than_a_letter():
    waiting = NOON - timedelta(minutes=20)

    assert pulse(due_since={"mail": waiting, "bulk": waiting}).overdue == [Queue.MAIL]


def test_show_worker_alive_keeps_one_row_for_each_queue():
    show_worker_alive(name="mail@host", queues=["mail", "sweep"], at=NOON - SECOND)

    show_worker_alive(name="mail@host", queues=["mail", "sweep"], at=NOON)

    assert list(Heartbeat.objects.order_by("queue").values_list("name", "queue", "at")) == [
        ("mail@host", "mail", NOON),
        ("mail@host", "sweep", NOON),
    ]


def test_show_beat_alive_keeps_one_row():
    show_beat_alive(at=NOON - SECOND)

    show_beat_alive(at=NOON)

    assert list(Heartbeat.objects.values_list("name", "queue", "at")) == [(BEAT, "", NOON)]


def test_forget_the_silent_keeps_beat_and_whoever_may_come_back():
    HeartbeatFactory(name=BEAT, at=NOON - 2 * FORGOTTEN)
    HeartbeatFactory(name="mail@now", queue="mail", at=NOON - FORGOTTEN)
    HeartbeatFactory(name="mail@before", queue="mail", at=NOON - FORGOTTEN - SECOND)

    forget_the_silent(at=NOON)

    assert set(Heartbeat.objects.values_list("name", flat=True)) == {BEAT, "mail@now"}
