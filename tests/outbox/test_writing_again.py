"""Sending a message again, or trying it again."""

import uuid

import pytest

from core.conflicts import Refused
from outbox.models import CancelReason, Message, MessageAction, MessageActionKind, MessageStatus
from outbox.services import queue
from outbox.services.publishing import breaker
from outbox.services.queue import resend_message, retry_deferred, retry_message
from outbox.services.rendering import PRIVATE_PAGE
from tests.factories import NOON, MessageFactory, UserFactory
from tests.outbox.queueing import MINUTE, message_with


def test_write_again_is_a_new_message_to_the_corrected_address(
    published, django_capture_on_commit_callbacks
):
    first = MessageFactory(
        topic="P2C-AAAAAA/admitted/entry-2/focal-point-1",
        reference="P2C-AAAAAA",
        status=MessageStatus.FAILED,
        subject="P2C-AAAAAA: welcome",
        body=f"Your page: {PRIVATE_PAGE}",
        language="fr",
        expires_at=NOON + MINUTE,
    )

    with django_capture_on_commit_callbacks(execute=True):
        again = resend_message(
            message=first,
            recipient="ada@example.org",
            recipient_name="Ada",
            by=UserFactory(),
            at=NOON,
            private_page="https://p2c.example/new",
        )

    again.refresh_from_db()
    assert again.topic == "P2C-AAAAAA/admitted/entry-2/focal-point-1/again-1"
    assert again.resent_from == first
    assert again.recipient == "ada@example.org"
    for name in ("subject", "body", "reference", "language", "expires_at"):
        assert getattr(again, name) == getattr(first, name)
    assert again.private_page == "https://p2c.example/new"
    assert again.message_id != first.message_id
    assert published() == [again.pk]
    first.refresh_from_db()
    assert first.status == MessageStatus.FAILED


def test_write_again_counts_on():
    first = MessageFactory(topic="topic", status=MessageStatus.FAILED)
    by = UserFactory()

    topics = [
        resend_message(message=first, recipient="a@example.org", by=by, at=NOON).topic
        for _time in range(2)
    ]

    assert topics == ["topic/again-1", "topic/again-2"]


def test_write_again_refuses_without_the_private_link():
    first = MessageFactory(body=PRIVATE_PAGE, status=MessageStatus.FAILED)

    with pytest.raises(Refused, match="needs a private link"):
        resend_message(message=first, recipient="a@example.org", by=UserFactory(), at=NOON)

    assert list(Message.objects.all()) == [first]


def test_write_again_sends_new_links_for_those_revoked():
    first = MessageFactory(
        status=MessageStatus.CANCELLED, body=PRIVATE_PAGE, cancel_reason=CancelReason.LINKS_REVOKED
    )

    again = resend_message(
        message=first,
        recipient="ada@example.org",
        by=UserFactory(),
        at=NOON,
        private_page="https://p2c.example/new",
    )

    assert (again.status, again.cancel_reason) == (MessageStatus.QUEUED, "")


def test_retry_queues_a_failed_message_again(published, django_capture_on_commit_callbacks):
    message = MessageFactory(
        status=MessageStatus.FAILED,
        attempts=16,
        due_at=NOON - MINUTE,
        server_response="550 No such user",
    )

    with django_capture_on_commit_callbacks(execute=True):
        retry_message(message=message, by=UserFactory(), at=NOON)

    message.refresh_from_db()
    assert message.status == MessageStatus.QUEUED
    assert (message.attempts, message.due_at, message.published_at) == (0, NOON, NOON)
    assert message.server_response == "550 No such user"
    assert published() == [message.pk]


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"status": MessageStatus.SENT, "sent_at": NOON}, "This message was already sent"),
        (
            {
                "status": MessageStatus.SENDING,
                "lease": uuid.UUID(int=1),
                "leased_until": NOON + MINUTE,
            },
            "is being sent now",
        ),
        ({"status": MessageStatus.CANCELLED}, "Only a failed or deferred message"),
        # It is now tried automatically.
        ({"due_at": NOON}, "Only a failed or deferred message"),
        # It is not due yet.
        ({"due_at": NOON + MINUTE}, "Only a failed or deferred message"),
    ],
)
def test_retry_refuses_what_neither_failed_nor_was_put_off(facts, words):
    message = MessageFactory(attempts=3, **facts)
    before = Message.objects.values().get()

    with pytest.raises(Refused, match=words):
        retry_message(message=message, by=UserFactory(), at=NOON)

    assert Message.objects.values().get() == before
    assert list(MessageAction.objects.all()) == []


def put_off(**facts):
    return MessageFactory(
        **{
            "first_due_at": NOON - MINUTE,
            "due_at": NOON + MINUTE,
            "published_at": NOON - MINUTE,
            "attempts": 3,
            "server_response": "450 Later",
            **facts,
        }
    )


def test_retry_makes_due_what_was_put_off(published, django_capture_on_commit_callbacks):
    message = put_off(server_trouble_at=NOON)

    with django_capture_on_commit_callbacks(execute=True):
        retry_message(message=message, by=UserFactory(name="Ada Lovelace"), at=NOON)

    message.refresh_from_db()
    assert (message.status, message.attempts) == (MessageStatus.QUEUED, 0)
    assert (message.first_due_at, message.due_at, message.published_at) == (
        NOON - MINUTE,
        NOON,
        NOON,
    )
    # Until a message is accepted, the server is still treated as failing.
    assert message.server_trouble_at == NOON
    assert published() == [message.pk]
    step = message.actions.get()
    assert (step.kind, step.by_name, step.at) == (MessageActionKind.RETRIED, "Ada Lovelace", NOON)


def test_retry_refuses_what_lost_its_private_link():
    message = put_off(body=PRIVATE_PAGE)
    before = Message.objects.values().get()

    with pytest.raises(Refused, match="needs a private link"):
        retry_message(message=message, by=UserFactory(), at=NOON)

    assert Message.objects.values().get() == before


def test_retry_deferred_makes_all_due_that_were_put_off(monkeypatch):
    monkeypatch.setattr(queue, "CHANGED_AT_ONCE", 2)
    messages = [put_off() for _number in range(3)]
    left = [
        put_off(cancel_reason=CancelReason.CAUSE_GONE),
        MessageFactory(due_at=NOON + MINUTE),
        message_with(MessageStatus.FAILED),
        message_with(MessageStatus.SENT),
    ]
    before = list(Message.objects.filter(pk__in=[each.pk for each in left]).values())

    number = retry_deferred(by=UserFactory(name="Ada Lovelace"), at=NOON)

    retried = Message.objects.filter(due_at=NOON, attempts=0, published_at=None, status="queued")
    assert number == 3
    assert set(retried) == set(messages)
    assert list(Message.objects.filter(pk__in=[each.pk for each in left]).values()) == before
    assert set(MessageAction.objects.values_list("message", "kind", "by_name")) == {
        (message.pk, MessageActionKind.RETRIED, "Ada Lovelace") for message in messages
    }


def test_retry_deferred_refuses_where_nothing_was_put_off():
    MessageFactory(due_at=NOON + MINUTE)

    with pytest.raises(Refused, match="There are no deferred messages"):
        retry_deferred(by=UserFactory(), at=NOON)

    assert list(MessageAction.objects.all()) == []


def test_retry_leaves_the_message_to_the_sweep_while_the_broker_rests():
    message = MessageFactory(status=MessageStatus.FAILED, published_at=NOON - MINUTE)
    breaker.open()

    retry_message(message=message, by=UserFactory(), at=NOON)

    message.refresh_from_db()
    assert (message.status, message.published_at) == (MessageStatus.QUEUED, None)
