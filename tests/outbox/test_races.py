"""Two at once, in real transactions; SQLite lets one writer in at a time and shows nothing."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from outbox.delivery import LONGEST_DELAY, claim, deliver_message, try_later
from outbox.models import Message, MessageStatus
from outbox.queueing import (
    AlreadyQueued,
    NotFailed,
    Refused,
    cancel,
    cancel_message,
    queue_message,
    retry,
    write_again,
)
from tests.factories import NOON, MessageFactory, UserFactory

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif("connection.vendor != 'postgresql'"),
]


def at_once(first, second):
    """Run two calls at the same time, and give what each returned or raised."""
    start = threading.Barrier(2)

    def run(call):
        try:
            start.wait()
            return call()
        except Refused as refused:
            return type(refused)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as threads:
        return list(threads.map(run, [first, second]))


def test_two_workers_claim_each_message_once():
    messages = [MessageFactory() for _number in range(20)]

    def claim_all():
        return [claim(message.pk, NOON) for message in messages]

    first, second = at_once(claim_all, claim_all)

    for one, other in zip(first, second, strict=True):
        assert (one is None) != (other is None)
    assert set(Message.objects.values_list("attempts", "status")) == {(1, MessageStatus.SENDING)}


def test_same_topic_queued_twice_at_once_is_one_message():
    def queue():
        with transaction.atomic():
            return queue_message(
                topic="topic",
                recipient="ada@example.org",
                language="en",
                subject="Subject",
                body="Text.",
                at=NOON,
            )

    results = at_once(queue, queue)

    message = Message.objects.get()
    assert {result == message for result in results} == {True, False}
    assert AlreadyQueued in results


def test_message_written_again_twice_at_once_is_one_more():
    first = MessageFactory(status=MessageStatus.FAILED)
    by = UserFactory()

    def again():
        return write_again(message=first, recipient="ada@example.org", by=by, at=NOON)

    results = at_once(again, again)

    assert AlreadyQueued in results or {result.topic for result in results} == {
        f"{first.topic}/again-1",
        f"{first.topic}/again-2",
    }


def test_retry_by_two_at_once_is_refused_to_one():
    message = MessageFactory(status=MessageStatus.FAILED)
    by = UserFactory()

    def retry_it():
        return retry(message=Message.objects.get(pk=message.pk), by=by, at=NOON)

    results = at_once(retry_it, retry_it)

    assert NotFailed in results
    assert message in results


def test_message_is_either_cancelled_or_claimed():
    messages = [MessageFactory() for _number in range(20)]
    by = UserFactory()

    def cancel_all():
        for message in messages:
            try:
                cancel_message(message=Message.objects.get(pk=message.pk), by=by, at=NOON)
            except Refused:
                continue

    def claim_all():
        return [message.pk for message in messages if claim(message.pk, NOON)]

    _nothing, claimed = at_once(cancel_all, claim_all)

    sending = Message.objects.filter(status=MessageStatus.SENDING)
    cancelled = Message.objects.filter(status=MessageStatus.CANCELLED)
    assert set(sending.values_list("pk", flat=True)) == set(claimed)
    assert sending.count() + cancelled.count() == 20


def test_what_a_worker_puts_back_while_its_cause_goes_is_not_sent_again():
    message = MessageFactory(reference="P2C-AAAAAA")
    claimed = claim(message.pk, NOON)
    worker = threading.Thread(
        target=lambda: (try_later(claimed, "451 Later", NOON), connection.close())
    )

    def let_the_worker_in(execute, sql, params, many, context):
        result = execute(sql, params, many, context)
        if worker.ident is None and "outbox_message" in sql:
            worker.start()
            # It waits for us, where we have locked the row.
            worker.join(timeout=0.5)
        return result

    with connection.execute_wrapper(let_the_worker_in):
        cancel(reference="P2C-AAAAAA", at=NOON)
    worker.join()
    deliver_message(message_pk=message.pk, connection=None, at=NOON + LONGEST_DELAY)

    message.refresh_from_db()
    assert (message.status, message.server_answer) == (
        MessageStatus.CANCELLED,
        "Its cause is gone",
    )
