"""A message written again, or tried again."""

import pytest

from outbox.models import Message, MessageStatus, Void
from outbox.publishing import breaker
from outbox.queueing import LinkMissing, NotFailed, retry_message, write_again
from outbox.rendering import PRIVATE_PAGE
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
    )

    with django_capture_on_commit_callbacks(execute=True):
        again = write_again(
            message=first,
            recipient="ada@example.org",
            recipient_name="Ada",
            by=UserFactory(),
            at=NOON,
            private_page="https://p2c.example/new",
        )

    again.refresh_from_db()
    assert again.topic == "P2C-AAAAAA/admitted/entry-2/focal-point-1/again-1"
    assert again.written_again_from == first
    assert again.recipient == "ada@example.org"
    assert (again.subject, again.body, again.reference, again.language) == (
        first.subject,
        first.body,
        first.reference,
        first.language,
    )
    assert again.private_page == "https://p2c.example/new"
    assert again.message_id != first.message_id
    assert published() == [again.pk]
    first.refresh_from_db()
    assert first.status == MessageStatus.FAILED


def test_write_again_counts_on():
    first = MessageFactory(topic="topic", status=MessageStatus.FAILED)
    by = UserFactory()

    topics = [
        write_again(message=first, recipient="a@example.org", by=by, at=NOON).topic
        for _time in range(2)
    ]

    assert topics == ["topic/again-1", "topic/again-2"]


def test_write_again_refuses_without_the_private_link():
    first = MessageFactory(body=PRIVATE_PAGE, status=MessageStatus.FAILED)

    with pytest.raises(LinkMissing):
        write_again(message=first, recipient="a@example.org", by=UserFactory(), at=NOON)

    assert list(Message.objects.all()) == [first]


def test_write_again_keeps_until_when_it_is_of_use():
    first = MessageFactory(status=MessageStatus.FAILED, not_after=NOON + MINUTE)

    again = write_again(message=first, recipient="ada@example.org", by=UserFactory(), at=NOON)

    assert again.not_after == NOON + MINUTE


def test_write_again_sends_new_links_for_those_revoked():
    first = MessageFactory(
        status=MessageStatus.CANCELLED, body=PRIVATE_PAGE, void_because=Void.LINKS_REVOKED
    )

    again = write_again(
        message=first,
        recipient="ada@example.org",
        by=UserFactory(),
        at=NOON,
        private_page="https://p2c.example/new",
    )

    assert (again.status, again.void_because) == (MessageStatus.QUEUED, "")


def test_retry_leaves_the_message_to_the_sweep_while_the_broker_rests():
    message = MessageFactory(status=MessageStatus.FAILED, published_at=NOON - MINUTE)
    breaker.open()

    retry_message(message=message, by=UserFactory(), at=NOON)

    message.refresh_from_db()
    assert (message.status, message.published_at) == (MessageStatus.QUEUED, None)


def test_retry_queues_a_failed_message_again(published, django_capture_on_commit_callbacks):
    message = MessageFactory(
        status=MessageStatus.FAILED,
        attempts=16,
        due_at=NOON - MINUTE,
        server_answer="550 No such user",
    )

    with django_capture_on_commit_callbacks(execute=True):
        retry_message(message=message, by=UserFactory(), at=NOON)

    message.refresh_from_db()
    assert message.status == MessageStatus.QUEUED
    assert (message.attempts, message.due_at, message.published_at) == (0, NOON, NOON)
    assert message.server_answer == "550 No such user"
    assert published() == [message.pk]


@pytest.mark.parametrize(
    "status", [MessageStatus.QUEUED, MessageStatus.SENT, MessageStatus.CANCELLED]
)
def test_retry_refuses_what_did_not_fail(status):
    message = message_with(status, attempts=3)

    with pytest.raises(NotFailed, match="failed"):
        retry_message(message=message, by=UserFactory(), at=NOON)

    message.refresh_from_db()
    assert (message.status, message.attempts) == (status, 3)
