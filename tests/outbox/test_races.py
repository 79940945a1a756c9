"""Two at once, in real transactions; SQLite lets one writer in at a time and shows nothing."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.mail import get_connection
from django.db import IntegrityError, connection, transaction

from core.conflicts import Refused
from outbox.models import Message, MessageQuerySet, MessageStatus
from outbox.services.delivery import (
    FIRST_DELAY,
    LONGEST_DELAY,
    claim,
    deliver_message,
    schedule_retry,
)
from outbox.services.publishing import publish_due
from outbox.services.queue import (
    AlreadyQueued,
    NothingDeferred,
    NotQueued,
    NotRetriable,
    cancel,
    cancel_message,
    compose_message,
    queue_message,
    resend_message,
    retry_deferred,
    retry_message,
)
from tests.factories import NOON, MessageFactory, UserFactory
from tests.races import POSTGRESQL_ONLY, overtaken, without_locks

pytestmark = POSTGRESQL_ONLY


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
        return [claim(message, NOON) for message in messages]

    first, second = at_once(claim_all, claim_all)

    for one, other in zip(first, second, strict=True):
        assert (one is None) != (other is None)
    assert set(Message.objects.values_list("attempts", "status")) == {(1, MessageStatus.SENDING)}


def test_same_topic_queued_twice_at_once_is_one_message():
    def queue():
        with transaction.atomic():
            return queue_message(
                compose_message(
                    topic="topic",
                    recipient="ada@example.org",
                    language="en",
                    subject="Subject",
                    body="Text.",
                    at=NOON,
                )
            )

    results = at_once(queue, queue)

    message = Message.objects.get()
    assert {result == message for result in results} == {True, False}
    assert AlreadyQueued in results


def test_message_written_again_twice_at_once_is_one_more():
    first = MessageFactory(status=MessageStatus.FAILED)
    by = UserFactory()

    def again():
        return resend_message(message=first, recipient="ada@example.org", by=by, at=NOON)

    late, early = overtaken(again, again, at="outbox_message")

    assert isinstance(late, AlreadyQueued)
    assert early.topic == f"{first.topic}/again-1"
    assert Message.objects.count() == 2


def retry_it(message):
    by = UserFactory()
    return lambda: retry_message(message=Message.objects.get(pk=message.pk), by=by, at=NOON)


def cancel_it(message):
    by = UserFactory()
    return lambda: cancel_message(message=Message.objects.get(pk=message.pk), by=by, at=NOON)


def cancel_its_cause(message):
    return lambda: cancel(reference=message.reference, at=NOON)


def claim_it(message):
    return lambda: claim(message, NOON)


def claim_it_later(message):
    """Claim it once it is due again, by a worker that has just read it."""
    return lambda: claim(Message.objects.get(pk=message.pk), NOON + LONGEST_DELAY)


def deliver_it_later(message):
    return lambda: deliver_message(
        message_pk=message.pk, connection=get_connection(), at=NOON + LONGEST_DELAY
    )


# One of them and one that meets it; what the second answers where it comes too late.
MESSAGE_RACES = {
    "retried twice": (MessageStatus.FAILED, retry_it, retry_it, NotRetriable),
    "cancelled twice": (MessageStatus.QUEUED, cancel_it, cancel_it, NotQueued),
    "cancelled, and its cause gone": (MessageStatus.QUEUED, cancel_it, cancel_its_cause, int),
    "its cause gone, and cancelled": (MessageStatus.QUEUED, cancel_its_cause, cancel_it, NotQueued),
    "cancelled, and claimed": (MessageStatus.QUEUED, cancel_it, claim_it, type(None)),
    "its cause gone, and claimed": (MessageStatus.QUEUED, cancel_its_cause, claim_it, type(None)),
}


def meet(status, first, second):
    """Let one overtake another at one message; say what the second answers, and what it is now."""
    message = MessageFactory(status=status)
    _won, lost = overtaken(first(message), second(message), at="outbox_message")
    message.refresh_from_db()
    return type(lost), message.status


@pytest.mark.parametrize(
    ("status", "first", "second", "answer"), MESSAGE_RACES.values(), ids=MESSAGE_RACES
)
def test_of_two_at_one_message_the_second_comes_too_late(status, first, second, answer):
    becomes = MessageStatus.QUEUED if first is retry_it else MessageStatus.CANCELLED

    assert meet(status, first, second) == (answer, becomes)


@pytest.mark.parametrize("name", ["retried twice", "cancelled twice", "cancelled, and claimed"])
def test_two_at_one_message_need_the_lock(name):
    status, first, second, answer = MESSAGE_RACES[name]

    with without_locks():
        late, _becomes = meet(status, first, second)

    assert late is not answer


def put_off():
    return MessageFactory(
        first_due_at=NOON - FIRST_DELAY,
        due_at=NOON + FIRST_DELAY,
        attempts=1,
        server_response="450",
    )


def test_of_two_who_try_again_what_was_put_off_the_second_comes_too_late():
    message = put_off()

    _done, late = overtaken(retry_it(message), retry_it(message), at="outbox_message")

    assert isinstance(late, NotRetriable)
    assert message.actions.count() == 1


def test_message_sent_while_it_is_tried_again_is_one_mail_and_the_person_is_told(mailoutbox):
    message = put_off()

    _sent, refusal = overtaken(
        deliver_it_later(message), retry_it(message), at="after outbox_message"
    )

    message.refresh_from_db()
    assert isinstance(refusal, NotRetriable)
    assert (message.status, message.actions.count()) == (MessageStatus.SENT, 0)
    assert len(mailoutbox) == 1


def test_worker_that_read_what_is_tried_again_before_does_not_take_it():
    message = put_off()

    retried, claimed = overtaken(retry_it(message), claim_it_later(message), at="outbox_message")

    message.refresh_from_db()
    assert (retried, claimed) == (message, None)
    assert (message.status, message.attempts) == (MessageStatus.QUEUED, 0)


def test_trying_again_needs_the_lock_where_a_worker_takes_the_message():
    message = put_off()

    with without_locks():
        refused, claimed = overtaken(
            retry_it(message), claim_it_later(message), at="outbox_message"
        )

    assert isinstance(refused, IntegrityError)
    assert claimed == message


def test_all_that_was_put_off_is_tried_again_once_by_two_at_once():
    messages = [put_off() for _number in range(3)]
    by = UserFactory()

    def retry_all():
        return retry_deferred(by=by, at=NOON)

    number, late = overtaken(retry_all, retry_all, at="outbox_message")

    assert (number, type(late)) == (3, NothingDeferred)
    assert [message.actions.count() for message in messages] == [1] * 3


def test_message_claimed_before_its_cancelling_is_refused_and_goes_out():
    message = MessageFactory()

    claimed, cancelled = overtaken(claim_it(message), cancel_it(message), at="after outbox_message")

    assert claimed == message
    assert isinstance(cancelled, NotQueued)


def test_message_claimed_by_two_in_the_same_instant_is_one_workers():
    message = MessageFactory()

    def claim_in_a_transaction():
        with transaction.atomic():
            return claim(message, NOON)

    first, second = overtaken(claim_in_a_transaction, claim_it(message), at="after outbox_message")

    assert (first, second) == (message, None)
    message.refresh_from_db()
    assert message.attempts == 1


def test_message_delivered_by_two_workers_at_once_is_one_mail(mailoutbox):
    message = MessageFactory()

    def deliver():
        deliver_message(message_pk=message.pk, connection=get_connection(), at=NOON)

    overtaken(deliver, deliver, at="outbox_message")

    assert len(mailoutbox) == 1
    assert Message.objects.get().status == MessageStatus.SENT


def tasks_of_two_beats(published):
    """Let one beat's sweep overtake another's, and return which messages have tasks of it."""
    overtaken(lambda: publish_due(at=NOON), lambda: publish_due(at=NOON), at="outbox_message")
    return published()


def deliver_each(tasks):
    for pk in tasks:
        deliver_message(message_pk=pk, connection=get_connection(), at=NOON)


def test_what_two_beats_sweep_at_once_is_delivered_once(mailoutbox, published):
    messages = [MessageFactory().pk for _number in range(5)]

    tasks = tasks_of_two_beats(published)
    deliver_each(tasks)

    assert tasks == messages * 2
    assert len(mailoutbox) == len(messages)


def test_what_two_beats_sweep_at_once_needs_the_claim(mailoutbox, published, monkeypatch):
    messages = [MessageFactory().pk for _number in range(5)]
    tasks = tasks_of_two_beats(published)

    # What is sent is left out when it is read, and not claimed where that was before.
    monkeypatch.setattr(MessageQuerySet, "waiting", lambda queryset: queryset)
    monkeypatch.setattr(MessageQuerySet, "claimable", lambda queryset, at: queryset)
    # The database still refuses to send again what was sent, where the claim steps aside.
    with pytest.raises(IntegrityError, match="sent_has_its_time"):
        deliver_each(tasks)

    assert len(mailoutbox) == len(messages)


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
        return [message.pk for message in messages if claim(message, NOON)]

    _nothing, claimed = at_once(cancel_all, claim_all)

    sending = Message.objects.filter(status=MessageStatus.SENDING)
    cancelled = Message.objects.filter(status=MessageStatus.CANCELLED)
    assert set(sending.values_list("pk", flat=True)) == set(claimed)
    assert sending.count() + cancelled.count() == 20


def test_what_a_worker_puts_back_while_its_cause_goes_is_not_sent_again():
    message = MessageFactory(reference="P2C-AAAAAA")
    claimed = claim(message, NOON)
    worker = threading.Thread(
        target=lambda: (schedule_retry(claimed, "451 Later", NOON), connection.close())
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
    assert (message.status, message.server_response) == (
        MessageStatus.CANCELLED,
        "Its cause is gone",
    )
