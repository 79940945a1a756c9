import math
from datetime import timedelta

import pytest
from kombu.exceptions import OperationalError

from outbox.models import Message, MessageStatus, Queue
from outbox.services import publishing
from outbox.services.publishing import (
    DELIVER,
    CircuitBreaker,
    publish_after_commit,
    publish_due,
    republish,
)
from p2c_portal.celery import app
from tests.broker import refusing_broker
from tests.factories import NOON, MessageFactory

MINUTE = timedelta(minutes=1)


@pytest.fixture
def one_task_taken(monkeypatch):
    """Let the broker accept one task, and refuse later ones."""
    taken = []

    def send_task(*args, **options):
        if taken:
            raise OperationalError("The line is cut.")
        taken.append(args)

    monkeypatch.setattr(app, "send_task", send_task)


def test_publish_due_gives_a_few_messages_to_one_task(tasks, monkeypatch):
    monkeypatch.setattr(publishing, "MESSAGES_PER_TASK", 2)
    letters = [MessageFactory().pk for _number in range(3)]
    bulletin = MessageFactory(queue=Queue.BULK).pk

    publish_due(at=NOON)

    assert [task.payload[0] for task in tasks()] == [letters[:2], letters[2:]]
    assert [task.payload[0] for task in tasks(Queue.BULK)] == [[bulletin]]


def test_publish_after_commit_gives_messages_of_one_cause_to_one_task(
    tasks, django_capture_on_commit_callbacks
):
    letters = [MessageFactory(published_at=NOON) for _number in range(2)]
    bulletin = MessageFactory(published_at=NOON, queue=Queue.BULK)
    later = MessageFactory(published_at=None)

    with django_capture_on_commit_callbacks(execute=True):
        publish_after_commit([*letters, bulletin, later])

    assert [task.payload[0] for task in tasks()] == [[letter.pk for letter in letters]]
    assert [task.payload[0] for task in tasks(Queue.BULK)] == [[bulletin.pk]]


def test_publish_anew_publishes_what_waits_and_says_so(
    published, django_capture_on_commit_callbacks
):
    waiting = MessageFactory(published_at=NOON - 4 * MINUTE)
    sent = MessageFactory(status=MessageStatus.SENT, sent_at=NOON, published_at=NOON - MINUTE)

    with django_capture_on_commit_callbacks(execute=True):
        republish([waiting.pk, sent.pk], at=NOON)

    assert published() == [waiting.pk]
    assert list(Message.objects.filter(published_at=NOON)) == [waiting]


def test_publish_due_takes_what_has_no_task_the_longest_due_first(published):
    second = MessageFactory(due_at=NOON - MINUTE)
    first = MessageFactory(due_at=NOON - 2 * MINUTE)
    long_ago = MessageFactory(due_at=NOON, published_at=NOON - 5 * MINUTE)
    MessageFactory(due_at=NOON, published_at=NOON - MINUTE)
    MessageFactory(due_at=NOON + MINUTE)

    count = publish_due(at=NOON)

    assert count == 3
    assert published() == [first.pk, second.pk, long_ago.pk]
    assert set(Message.objects.filter(published_at=NOON)) == {first, second, long_ago}


def test_publish_due_leaves_the_rest_when_the_broker_fails(one_task_taken, monkeypatch):
    monkeypatch.setattr(publishing, "MESSAGES_PER_TASK", 1)
    first = MessageFactory(due_at=NOON - MINUTE)
    second = MessageFactory(due_at=NOON)

    with pytest.raises(OperationalError):
        publish_due(at=NOON)

    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.published_at, second.published_at) == (NOON, None)


def test_publish_due_costs_the_same_for_one_and_for_three(published, django_assert_num_queries):
    for count in (1, 3):
        for _number in range(count):
            MessageFactory(queue=Queue.MAIL)
            MessageFactory(queue=Queue.BULK)
        # For each queue: the due messages, and the update.
        with django_assert_num_queries(4):
            publish_due(at=NOON)
        Message.objects.all().delete()


def test_publish_after_commit_leaves_alone_what_was_sent_meanwhile(
    django_capture_on_commit_callbacks,
):
    message = MessageFactory(published_at=NOON)
    sent = {"status": MessageStatus.SENT, "sent_at": NOON}

    with refusing_broker(), django_capture_on_commit_callbacks(execute=True):
        publish_after_commit([message])
        Message.objects.filter(pk=message.pk).update(**sent)

    message.refresh_from_db()
    assert message.published_at == NOON


def test_breaker_is_open_for_as_long_as_it_is_told_or_until_it_is_closed(monkeypatch):
    now = 1000.0
    monkeypatch.setattr(publishing.time, "monotonic", lambda: now)
    breaker = CircuitBreaker()
    breaker.open()

    states = {}
    for now in (1029.0, 1030.0):
        states[now] = breaker.is_open
    breaker.open(seconds=math.inf)
    was_open = breaker.is_open
    breaker.close()

    assert states == {1029.0: True, 1030.0: False}
    assert (was_open, breaker.is_open) == (True, False)


def test_publish_due_takes_of_each_queue_no_more_than_its_share(published, monkeypatch):
    monkeypatch.setattr(publishing, "SWEEP_BATCH_SIZE", 2)
    for _number in range(3):
        MessageFactory(due_at=NOON - MINUTE, queue=Queue.BULK)
    letter = MessageFactory(due_at=NOON)

    counts = [publish_due(at=NOON) for _sweep in range(3)]

    assert counts == [3, 1, 0]
    assert published(Queue.MAIL) == [letter.pk]
    assert len(published(Queue.BULK)) == 3


def test_task_of_a_message_is_one_of_the_workers_and_thrown_away_by_none_whose_clock_is_ahead(
    tasks,
):
    MessageFactory(due_at=NOON)
    app.loader.import_default_modules()

    publish_due(at=NOON)

    (task,) = tasks()
    assert (task.headers["task"], task.headers["expires"]) == (DELIVER, None)
    assert DELIVER in app.tasks
