from datetime import UTC, datetime, timedelta

import pytest
from kombu.exceptions import OperationalError

from outbox import tasks
from outbox.models import BEAT, Heartbeat, Message, MessageStatus, Queue
from p2c_portal.celery import app
from tests.broker import refusing_broker
from tests.factories import NOON, MessageFactory

MINUTE = timedelta(minutes=1)


def test_deliver_sends_a_message(mailoutbox):
    message = MessageFactory(recipient="ada@example.org")

    tasks.deliver(message.pk)

    message.refresh_from_db()
    assert message.status == MessageStatus.SENT
    assert [mail.to for mail in mailoutbox] == [["ada@example.org"]]


def test_kept_connection_is_one_for_all_messages_of_a_worker(settings):
    first, second = tasks.kept_connection(), tasks.kept_connection()
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    third = tasks.kept_connection()

    assert first is second
    assert third is not first


def test_publish_due_takes_what_has_no_task_the_longest_due_first(published):
    second = MessageFactory(due_at=NOON - MINUTE)
    first = MessageFactory(due_at=NOON - 2 * MINUTE)
    long_ago = MessageFactory(due_at=NOON, published_at=NOON - 5 * MINUTE)
    MessageFactory(due_at=NOON, published_at=NOON - MINUTE)
    MessageFactory(due_at=NOON + MINUTE)

    count = tasks.publish_due(at=NOON)

    assert count == 3
    assert published() == [first.pk, second.pk, long_ago.pk]
    assert set(Message.objects.filter(published_at=NOON)) == {first, second, long_ago}


def test_publish_due_does_not_let_a_mailing_hold_up_a_letter(published, monkeypatch):
    monkeypatch.setattr(tasks, "SWEPT_AT_ONCE", 2)
    for _number in range(3):
        MessageFactory(due_at=NOON - MINUTE, queue=Queue.BULK)
    letter = MessageFactory(due_at=NOON)

    tasks.publish_due(at=NOON)

    assert published(Queue.MAIL) == [letter.pk]
    assert len(published(Queue.BULK)) == 2


def test_publish_due_takes_no_more_than_its_share(published, monkeypatch):
    monkeypatch.setattr(tasks, "SWEPT_AT_ONCE", 2)
    for _number in range(3):
        MessageFactory()

    counts = [tasks.publish_due(at=NOON) for _sweep in range(3)]

    assert counts == [2, 1, 0]
    assert len(published()) == 3


def test_publish_due_leaves_the_rest_when_the_broker_fails():
    message = MessageFactory()

    with refusing_broker(), pytest.raises(OperationalError):
        tasks.publish_due(at=NOON)

    message.refresh_from_db()
    assert message.published_at is None
    assert list(Heartbeat.objects.values_list("name", "at")) == [(BEAT, NOON)]


def test_publish_due_keeps_one_heartbeat():
    tasks.publish_due(at=NOON)
    tasks.publish_due(at=NOON + MINUTE)

    assert list(Heartbeat.objects.values_list("name", "at")) == [(BEAT, NOON + MINUTE)]


def test_publish_due_costs_the_same_for_one_and_for_three(published, django_assert_num_queries):
    tasks.publish_due(at=NOON - MINUTE)
    for count in (1, 3):
        for _number in range(count):
            MessageFactory(queue=Queue.MAIL)
            MessageFactory(queue=Queue.BULK)
        # The heartbeat; of each queue, what is due, and that it is published where any is.
        with django_assert_num_queries(5):
            tasks.publish_due(at=NOON)
        Message.objects.all().delete()


def test_sweep_shows_that_it_ran():
    before = datetime.now(UTC)

    tasks.sweep()

    assert Heartbeat.objects.get(name=BEAT).at >= before


def test_tasks_expire_before_they_are_published_again():
    assert tasks.deliver.expires == 300


def test_scheduled_tasks_exist(settings):
    scheduled = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}

    assert scheduled <= set(app.tasks)
