"""Cancelling messages, and deleting the messages of drafts."""

import uuid
from datetime import timedelta

import pytest

from core.conflicts import Refused
from outbox.models import CancelReason, Message, MessageStatus
from outbox.services import queue
from outbox.services.delivery import claim, deliver_message, schedule_retry
from outbox.services.queue import (
    cancel,
    cancel_for_all,
    cancel_message,
    cancel_unsent,
    resend_message,
    retry_message,
)
from tests.factories import NOON, MessageFactory, SuppressedAddressFactory, UserFactory
from tests.outbox.queueing import FINISHED, MINUTE, message_with


def test_cancel_by_reference_takes_what_is_not_sent():
    queued = MessageFactory(reference="P2C-AAAAAA", private_page="https://p2c.example/page")
    left = MessageFactory(
        reference="P2C-AAAAAA",
        status=MessageStatus.SENDING,
        lease=queued.message_id,
        leased_until=NOON,
    )
    sending = MessageFactory(
        reference="P2C-AAAAAA",
        status=MessageStatus.SENDING,
        lease=queued.message_id,
        leased_until=NOON + MINUTE,
    )
    finished = [message_with(status, reference="P2C-AAAAAA") for status in FINISHED]
    other = MessageFactory(reference="P2C-BBBBBB")

    count = cancel(reference="P2C-AAAAAA", at=NOON)

    assert count == 2
    assert set(Message.objects.filter(server_response="Its cause is gone")) == {queued, left}
    queued.refresh_from_db()
    assert (queued.status, queued.private_page) == (MessageStatus.CANCELLED, "")
    failed = Message.objects.get(status=MessageStatus.FAILED)
    assert failed.cancel_reason == CancelReason.CAUSE_GONE
    kept = Message.objects.exclude(pk__in=[queued.pk, left.pk]).order_by("pk")
    assert [(message.pk, message.status) for message in kept] == [
        (message.pk, message.status) for message in [sending, *finished, other]
    ]


def test_cancel_makes_void_what_came_back_or_was_held_back_and_nothing_else_that_is_over():
    sent = {"status": MessageStatus.SENT, "sent_at": NOON, "reference": "P2C-AAAAAA"}
    came_back = MessageFactory(**sent, bounced_at=NOON)
    held_back = MessageFactory(
        reference="P2C-AAAAAA",
        status=MessageStatus.CANCELLED,
        suppressed_by=SuppressedAddressFactory(),
    )
    MessageFactory(**sent)
    MessageFactory(reference="P2C-AAAAAA", status=MessageStatus.CANCELLED)

    assert cancel(reference="P2C-AAAAAA", at=NOON) == 0

    assert set(Message.objects.filter(cancel_reason=CancelReason.CAUSE_GONE)) == {
        came_back,
        held_back,
    }
    came_back.refresh_from_db()
    assert came_back.status == MessageStatus.SENT


def test_cancel_stops_what_is_being_sent_from_being_tried_again():
    message = MessageFactory(reference="P2C-AAAAAA")
    claimed = claim(message, NOON)

    cancel(reference="P2C-AAAAAA", at=NOON + MINUTE)
    schedule_retry(claimed, "TimeoutError: timed out", NOON + MINUTE)
    deliver_message(message_pk=message.pk, connection=None, at=NOON + 10 * MINUTE)

    message.refresh_from_db()
    assert (message.status, message.server_response) == (
        MessageStatus.CANCELLED,
        "Its cause is gone",
    )


@pytest.mark.parametrize(
    "facts", [{"cancel_reason": CancelReason.CAUSE_GONE}, {"expires_at": NOON}]
)
@pytest.mark.parametrize(
    "change",
    [
        lambda message: retry_message(message=message, by=UserFactory(), at=NOON),
        lambda message: resend_message(
            message=message, recipient="ada@example.org", by=UserFactory(), at=NOON
        ),
    ],
    ids=["retry", "write_again"],
)
def test_what_is_pointless_is_not_sent_after_all(change, facts):
    message = MessageFactory(status=MessageStatus.FAILED, **facts)

    with pytest.raises(Refused, match="is no longer relevant"):
        change(message)

    assert list(Message.objects.values_list("pk", "status")) == [(message.pk, "failed")]


def test_cancel_by_topic_goes_by_whole_segments():
    itself = MessageFactory(topic="P2C-AAAAAA/admitted")
    below = MessageFactory(topic="P2C-AAAAAA/admitted/entry-1")
    beside = MessageFactory(topic="P2C-AAAAAA/admitted-again/entry-1")
    wild = MessageFactory(topic="P2C-AAAAAA_admitted/entry-1")

    count = cancel(topic="P2C-AAAAAA/admitted", at=NOON)

    assert count == 2
    cancelled = Message.objects.filter(status=MessageStatus.CANCELLED)
    assert set(cancelled) == {itself, below}
    assert set(Message.objects.filter(status=MessageStatus.QUEUED)) == {beside, wild}


def test_cancel_for_all_takes_one_segment_of_the_references_that_are_named():
    for reference in ("draft-1", "draft-2", "draft-3"):
        for about in ("saved", "deadline/one", "deadline/two", "no-deadline/one"):
            MessageFactory(reference=reference, topic=f"{reference}/{about}")
    sent = message_with(MessageStatus.SENT, reference="draft-1", topic="draft-1/deadline/sent")

    count = cancel_for_all(references=["draft-1", "draft-2"], segment="deadline", at=NOON)

    cancelled = Message.objects.filter(status=MessageStatus.CANCELLED).order_by("topic")
    assert count == 4
    assert [message.topic for message in cancelled] == [
        "draft-1/deadline/one",
        "draft-1/deadline/two",
        "draft-2/deadline/one",
        "draft-2/deadline/two",
    ]
    sent.refresh_from_db()
    assert sent.status == MessageStatus.SENT


def test_cancel_refuses_to_cancel_everything():
    queued = MessageFactory()

    with pytest.raises(ValueError, match="reference or the topic"):
        cancel(at=NOON)

    assert list(Message.objects.filter(status=MessageStatus.QUEUED)) == [queued]


@pytest.mark.parametrize(
    "facts",
    [
        {},
        # A dead worker left it.
        {"status": MessageStatus.SENDING, "lease": uuid.UUID(int=1), "leased_until": NOON},
    ],
)
def test_cancel_message_says_who_did(facts):
    message = MessageFactory(private_page="https://p2c.example/feed", **facts)

    cancel_message(message=message, by=UserFactory(name="Ada Lovelace"), at=NOON)

    message.refresh_from_db()
    assert message.status == MessageStatus.CANCELLED
    assert message.server_response == "Cancelled by Ada Lovelace"
    assert message.private_page == ""


def test_hold_back_cancels_what_waits_and_leaves_what_failed_to_be_tried_again():
    queued = MessageFactory(private_unsubscribe="https://p2c.example/bulletins/key/")
    sending = MessageFactory(
        status=MessageStatus.SENDING, lease=uuid.uuid4(), leased_until=NOON + timedelta(minutes=5)
    )
    failed = MessageFactory(status=MessageStatus.FAILED)
    sent = MessageFactory(status=MessageStatus.SENT, sent_at=NOON)
    another = MessageFactory()
    concerned = Message.objects.exclude(pk=another.pk)

    held_back = cancel_unsent(messages=concerned, at=NOON)

    assert held_back == 1
    found = Message.objects.order_by("pk").values_list("pk", "status", "cancel_reason")
    assert list(found) == [
        (queued.pk, MessageStatus.CANCELLED, CancelReason.CAUSE_GONE),
        (sending.pk, MessageStatus.SENDING, CancelReason.CAUSE_GONE),
        (failed.pk, MessageStatus.FAILED, ""),
        (sent.pk, MessageStatus.SENT, ""),
        (another.pk, MessageStatus.QUEUED, ""),
    ]
    queued.refresh_from_db()
    assert queued.private_unsubscribe == ""


def test_hold_back_goes_through_however_many_there_are(monkeypatch):
    monkeypatch.setattr(queue, "CHANGED_AT_ONCE", 2)
    MessageFactory.create_batch(5)

    assert cancel_unsent(messages=Message.objects.all(), at=NOON) == 5
    assert cancel_unsent(messages=Message.objects.all(), at=NOON) == 0


@pytest.mark.parametrize("status", [*FINISHED, MessageStatus.SENDING])
def test_cancel_message_refuses_what_is_finished_or_being_sent(status):
    facts = {"server_response": "as before"}
    if status == MessageStatus.SENDING:
        facts.update(lease=uuid.UUID(int=1), leased_until=NOON + MINUTE)
    message = message_with(status, **facts)

    with pytest.raises(Refused, match="Only a queued message can be cancelled"):
        cancel_message(message=message, by=UserFactory(), at=NOON)

    message.refresh_from_db()
    assert (message.status, message.server_response) == (status, "as before")
