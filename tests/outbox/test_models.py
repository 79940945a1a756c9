import uuid
from datetime import timedelta

from outbox.models import CancelReason, Message, MessageStatus
from tests.factories import (
    NOON,
    MessageFactory,
    SuppressedAddressFactory,
)

MINUTE = timedelta(minutes=1)
SENDING = {
    "status": MessageStatus.SENDING,
    "lease": uuid.UUID(int=1),
    "leased_until": NOON + MINUTE,
}


def test_to_publish_leaves_what_has_a_task_that_may_be_alive():
    never = MessageFactory(published_at=None)
    long_ago = MessageFactory(published_at=NOON - 5 * MINUTE)
    in_the_future = MessageFactory(published_at=NOON + timedelta(seconds=61))
    MessageFactory(published_at=NOON - 4 * MINUTE)
    MessageFactory(published_at=NOON + MINUTE)
    MessageFactory(published_at=None, due_at=NOON + MINUTE)

    to_publish = Message.objects.to_publish(NOON)

    assert set(to_publish) == {never, long_ago, in_the_future}


def test_failed_for_good_keeps_what_did_not_arrive_and_is_still_about_something():
    sent = {"status": MessageStatus.SENT, "sent_at": NOON}
    returned = {**sent, "bounced_at": NOON}
    held_back = {"status": MessageStatus.CANCELLED, "suppressed_by": SuppressedAddressFactory()}
    failed = {"status": MessageStatus.FAILED}
    kept = [
        MessageFactory(**facts, cancel_reason=void)
        for facts in (failed, returned, held_back)
        for void in ("", CancelReason.LINKS_REVOKED)
    ]
    for facts in (failed, returned, held_back):
        MessageFactory(**facts, cancel_reason=CancelReason.CAUSE_GONE)
        MessageFactory(resent_from=MessageFactory(**facts))
    MessageFactory(**sent)
    MessageFactory(status=MessageStatus.CANCELLED)
    MessageFactory(reference="", **failed)

    found = Message.objects.undelivered()

    assert set(found.exclude(reference="")) == set(kept)
    assert Message.objects.failed().count() == found.count() == len(kept) + 1
    written_again = Message.objects.filter(resent_as__isnull=False)
    assert {m for m in Message.objects.all() if m.did_not_arrive} == {*found, *written_again}


def test_due_by_keeps_what_was_due_however_late_it_is_tried_again():
    due = MessageFactory(due_at=NOON)
    put_off = MessageFactory(first_due_at=NOON - MINUTE, due_at=NOON + MINUTE)
    sending = MessageFactory(**SENDING)
    MessageFactory(due_at=NOON + MINUTE)
    MessageFactory(expires_at=NOON)
    MessageFactory(status=MessageStatus.FAILED)
    MessageFactory(status=MessageStatus.SENT, sent_at=NOON)

    due_by = Message.objects.due_by(NOON)

    assert set(due_by) == {due, put_off, sending}


def test_deferred_keeps_what_was_due_and_was_put_off():
    put_off = MessageFactory(first_due_at=NOON, due_at=NOON + MINUTE)
    MessageFactory(due_at=NOON)
    MessageFactory(due_at=NOON + MINUTE)
    MessageFactory(first_due_at=NOON, due_at=NOON + MINUTE, status=MessageStatus.SENT, sent_at=NOON)

    deferred = Message.objects.deferred(NOON)

    assert list(deferred) == [put_off]
    assert [each for each in Message.objects.all() if each.is_deferred(NOON)] == [put_off]


def test_waiting_for_server_keeps_what_no_worker_has_in_hand():
    waiting = MessageFactory(server_trouble_at=NOON)
    MessageFactory(server_trouble_at=NOON, **SENDING)
    MessageFactory()

    assert list(Message.objects.waiting_for_server()) == [waiting]


def test_last_handed_over_is_the_latest():
    MessageFactory(status=MessageStatus.FAILED)
    none_yet = Message.objects.last_handed_over_at()
    for minutes in (3, 1, 2):
        MessageFactory(status=MessageStatus.SENT, sent_at=NOON - minutes * MINUTE)

    assert none_yet is None
    assert Message.objects.last_handed_over_at() == NOON - MINUTE
