import time
import uuid
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from outbox import queueing
from outbox.delivery import claim, deliver_message, try_later
from outbox.models import Message, MessageStatus, Void
from outbox.publishing import breaker
from outbox.queueing import (
    AlreadyQueued,
    LinkMissing,
    NotFailed,
    NotQueued,
    Pointless,
    cancel,
    cancel_for_all,
    cancel_message,
    compose_message,
    forget,
    hold_back,
    queue_message,
    queue_messages,
    retry_message,
    write_again,
)
from outbox.rendering import PRIVATE_CODE, PRIVATE_FEED, PRIVATE_PAGE, PRIVATE_UNSUBSCRIBE
from tests.broker import refusing_broker, silent_broker
from tests.factories import NOON, MessageFactory, UserFactory

MINUTE = timedelta(minutes=1)
FINISHED = [MessageStatus.SENT, MessageStatus.FAILED, MessageStatus.CANCELLED]


def queue(**facts):
    return queue_message(
        **{
            "topic": "P2C-AAAAAA/received/entry-1/focal-point-1",
            "recipient": "ada@example.org",
            "language": "en",
            "subject": "P2C-AAAAAA: received",
            "body": "Thank you.",
            "at": NOON,
            **facts,
        }
    )


def composed(topic, **facts):
    return compose_message(
        topic=topic,
        recipient="ada@example.org",
        language="en",
        subject="P2C-AAAAAA: received",
        body="Thank you.",
        at=NOON,
        **facts,
    )


def message_with(status, **facts):
    if status == MessageStatus.SENT:
        facts["sent_at"] = NOON
    return MessageFactory(status=status, **facts)


def test_queue_messages_stores_several_in_one_statement(django_assert_num_queries):
    letters = [composed("one"), composed("later", due_at=NOON + MINUTE)]

    # And a savepoint around it.
    with django_assert_num_queries(3):
        queue_messages(letters)

    stored = Message.objects.order_by("pk").values_list("topic", "due_at", "published_at")
    assert list(stored) == [("one", NOON, NOON), ("later", NOON + MINUTE, None)]


def test_queue_messages_of_a_new_cause_takes_no_savepoint(django_assert_num_queries):
    with django_assert_num_queries(1):
        [message] = queue_messages([composed("one")], may_repeat=False)
    with pytest.raises(IntegrityError), transaction.atomic():
        queue_messages([composed("one")], may_repeat=False)

    assert list(Message.objects.all()) == [message]


def test_queue_messages_queues_none_where_one_was_written_before():
    queue(topic="one")

    with transaction.atomic(), pytest.raises(AlreadyQueued):
        queue_messages([composed("other"), composed("one")])

    assert list(Message.objects.values_list("topic", flat=True)) == ["one"]


def test_queue_message_stores_what_will_be_sent():
    message = queue(
        reference="P2C-AAAAAA",
        recipient_name="Ada Lovelace",
        due_at=NOON + MINUTE,
        not_after=NOON + 2 * MINUTE,
        body=f"{PRIVATE_PAGE} {PRIVATE_FEED}",
        private_page="https://p2c.example/page",
        private_feed="https://p2c.example/feed",
    )

    stored = Message.objects.values(
        "topic", "reference", "recipient", "recipient_name", "language", "subject", "body"
    ).get(pk=message.pk)
    assert stored == {
        "topic": "P2C-AAAAAA/received/entry-1/focal-point-1",
        "reference": "P2C-AAAAAA",
        "recipient": "ada@example.org",
        "recipient_name": "Ada Lovelace",
        "language": "en",
        "subject": "P2C-AAAAAA: received",
        "body": f"{PRIVATE_PAGE} {PRIVATE_FEED}",
    }
    message.refresh_from_db()
    assert message.status == MessageStatus.QUEUED
    assert (message.queued_at, message.due_at, message.not_after) == (
        NOON,
        NOON + MINUTE,
        NOON + 2 * MINUTE,
    )
    assert (message.private_page, message.private_feed) == (
        "https://p2c.example/page",
        "https://p2c.example/feed",
    )


def test_queue_message_publishes_after_the_commit(
    published, django_capture_on_commit_callbacks, django_assert_num_queries
):
    with django_capture_on_commit_callbacks() as callbacks:
        message = queue()
        before = published()
    with django_assert_num_queries(0):
        callbacks[0]()

    assert before == []
    assert published() == [message.pk]
    message.refresh_from_db()
    assert message.published_at == NOON


def test_queue_message_leaves_what_is_due_later_to_the_sweep(
    published, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        message = queue(due_at=NOON + MINUTE)

    assert published() == []
    assert message.published_at is None


def test_queue_message_writes_the_same_topic_once_and_leaves_the_transaction_whole():
    first = queue()

    with transaction.atomic():
        with pytest.raises(AlreadyQueued, match="This message was written already"):
            queue(recipient="other@example.org")
        other = queue(topic="P2C-AAAAAA/admitted/entry-2/focal-point-1")

    assert list(Message.objects.order_by("pk")) == [first, other]
    assert first.recipient == "ada@example.org"


def test_queue_message_does_not_hide_another_violation():
    with pytest.raises(IntegrityError), transaction.atomic():
        queue(language=None)

    assert list(Message.objects.all()) == []


@pytest.mark.parametrize(
    ("body", "links"),
    [
        (PRIVATE_PAGE, {}),
        (PRIVATE_PAGE, {"private_feed": "https://p2c.example/feed"}),
        (PRIVATE_FEED, {"private_page": "https://p2c.example/page"}),
        (PRIVATE_CODE, {"private_page": "https://p2c.example/page"}),
        (PRIVATE_UNSUBSCRIBE, {"private_page": "https://p2c.example/page"}),
    ],
)
def test_queue_message_refuses_a_place_for_a_link_without_the_link(body, links):
    with pytest.raises(LinkMissing, match="private link"):
        queue(body=body, **links)

    assert list(Message.objects.all()) == []


def test_queue_message_keeps_subject_and_name_on_one_line():
    message = queue(subject="Hello\r\nBcc: victim@example.org", recipient_name="A\nB: c")

    message.refresh_from_db()
    assert message.subject == "Hello Bcc: victim@example.org"
    assert message.recipient_name == "A B: c"


def test_queue_message_cuts_a_name_that_no_column_holds():
    message = queue(recipient_name="a" * 501)

    assert message.recipient_name == "a" * 500


def test_queue_message_succeeds_when_the_broker_refuses(django_capture_on_commit_callbacks):
    with refusing_broker(), django_capture_on_commit_callbacks(execute=True):
        message = queue()

    message.refresh_from_db()
    assert message.status == MessageStatus.QUEUED
    assert message.published_at is None
    assert breaker.is_open


def test_queue_message_waits_for_a_silent_broker_once_for_fifty(django_capture_on_commit_callbacks):
    started = time.monotonic()
    with silent_broker():
        for number in range(50):
            with django_capture_on_commit_callbacks(execute=True):
                queue(topic=f"topic-{number}")
    took = time.monotonic() - started

    assert took < 5
    assert Message.objects.filter(published_at=None).count() == 50


def test_queue_message_does_not_publish_what_was_queued_before_the_broker_failed(
    django_capture_on_commit_callbacks,
):
    with refusing_broker(), django_capture_on_commit_callbacks(execute=True):
        first, second = queue(), queue(topic="topic-2")

    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.published_at, second.published_at) == (None, None)


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
    assert set(Message.objects.filter(server_answer="Its cause is gone")) == {queued, left}
    queued.refresh_from_db()
    assert (queued.status, queued.private_page) == (MessageStatus.CANCELLED, "")
    failed = Message.objects.get(status=MessageStatus.FAILED)
    assert failed.void_because == Void.CAUSE_GONE
    kept = Message.objects.exclude(pk__in=[queued.pk, left.pk]).order_by("pk")
    assert [(message.pk, message.status) for message in kept] == [
        (message.pk, message.status) for message in [sending, *finished, other]
    ]


def test_cancel_stops_what_is_being_sent_from_being_tried_again():
    message = MessageFactory(reference="P2C-AAAAAA")
    claimed = claim(message.pk, NOON)

    cancel(reference="P2C-AAAAAA", at=NOON + MINUTE)
    try_later(claimed, "TimeoutError: timed out", NOON + MINUTE)
    deliver_message(message_pk=message.pk, connection=None, at=NOON + 10 * MINUTE)

    message.refresh_from_db()
    assert (message.status, message.server_answer) == (
        MessageStatus.CANCELLED,
        "Its cause is gone",
    )


@pytest.mark.parametrize("facts", [{"void_because": Void.CAUSE_GONE}, {"not_after": NOON}])
@pytest.mark.parametrize(
    "change",
    [
        lambda message: retry_message(message=message, by=UserFactory(), at=NOON),
        lambda message: write_again(
            message=message, recipient="ada@example.org", by=UserFactory(), at=NOON
        ),
    ],
    ids=["retry", "write_again"],
)
def test_what_is_pointless_is_not_sent_after_all(change, facts):
    message = MessageFactory(status=MessageStatus.FAILED, **facts)

    with pytest.raises(Pointless, match="no longer holds"):
        change(message)

    assert list(Message.objects.values_list("pk", "status")) == [(message.pk, "failed")]


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


def test_cancel_message_takes_what_a_dead_worker_left():
    message = MessageFactory(status=MessageStatus.SENDING, lease=uuid.uuid4(), leased_until=NOON)

    cancel_message(message=message, by=UserFactory(), at=NOON)

    message.refresh_from_db()
    assert message.status == MessageStatus.CANCELLED


def test_retry_leaves_the_message_to_the_sweep_while_the_broker_rests():
    message = MessageFactory(status=MessageStatus.FAILED, published_at=NOON - MINUTE)
    breaker.open()

    retry_message(message=message, by=UserFactory(), at=NOON)

    message.refresh_from_db()
    assert (message.status, message.published_at) == (MessageStatus.QUEUED, None)


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


def test_cancel_message_says_who_did():
    message = MessageFactory(private_feed="https://p2c.example/feed")

    cancel_message(message=message, by=UserFactory(name="Ada Lovelace"), at=NOON)

    message.refresh_from_db()
    assert message.status == MessageStatus.CANCELLED
    assert message.server_answer == "Cancelled by Ada Lovelace"
    assert message.private_feed == ""


@pytest.mark.parametrize("status", FINISHED)
def test_cancel_message_refuses_what_is_finished(status):
    message = message_with(status, server_answer="as before")

    with pytest.raises(NotQueued, match="waits to be sent"):
        cancel_message(message=message, by=UserFactory(), at=NOON)

    message.refresh_from_db()
    assert (message.status, message.server_answer) == (status, "as before")


def test_cancel_message_refuses_what_is_being_sent():
    message = MessageFactory(
        status=MessageStatus.SENDING,
        lease="00000000-0000-0000-0000-000000000001",
        leased_until=NOON + MINUTE,
    )

    with pytest.raises(NotQueued):
        cancel_message(message=message, by=UserFactory(), at=NOON)

    message.refresh_from_db()
    assert message.status == MessageStatus.SENDING


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


def test_forget_deletes_what_was_written_of_one_reference_alone():
    MessageFactory(reference="draft-1", status=MessageStatus.SENT, sent_at=NOON)
    MessageFactory(reference="draft-1")
    kept = MessageFactory(reference="draft-11")

    number = forget(reference="draft-1")

    assert number == 2
    assert list(Message.objects.all()) == [kept]


def test_forget_refuses_to_forget_what_is_of_no_reference():
    MessageFactory(reference="")

    with pytest.raises(ValueError, match="Name the reference"):
        forget(reference="")

    assert Message.objects.count() == 1


def test_hold_back_cancels_what_waits_and_leaves_what_failed_to_be_tried_again():
    queued = MessageFactory(private_unsubscribe="https://p2c.example/bulletins/key/")
    sending = MessageFactory(
        status=MessageStatus.SENDING, lease=uuid.uuid4(), leased_until=NOON + timedelta(minutes=5)
    )
    failed = MessageFactory(status=MessageStatus.FAILED)
    sent = MessageFactory(status=MessageStatus.SENT, sent_at=NOON)
    another = MessageFactory()
    concerned = Message.objects.exclude(pk=another.pk)

    held_back = hold_back(messages=concerned, at=NOON)

    assert held_back == 1
    found = Message.objects.order_by("pk").values_list("pk", "status", "void_because")
    assert list(found) == [
        (queued.pk, MessageStatus.CANCELLED, Void.CAUSE_GONE),
        (sending.pk, MessageStatus.SENDING, Void.CAUSE_GONE),
        (failed.pk, MessageStatus.FAILED, ""),
        (sent.pk, MessageStatus.SENT, ""),
        (another.pk, MessageStatus.QUEUED, ""),
    ]
    queued.refresh_from_db()
    assert queued.private_unsubscribe == ""


def test_hold_back_goes_through_however_many_there_are(monkeypatch):
    monkeypatch.setattr(queueing, "HELD_AT_ONCE", 2)
    MessageFactory.create_batch(5)

    assert hold_back(messages=Message.objects.all(), at=NOON) == 5
    assert hold_back(messages=Message.objects.all(), at=NOON) == 0


def test_what_is_left_to_the_sweep_is_not_published_at_once(django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as callbacks:
        [message] = queue_messages([MessageFactory.build()], is_left_to_sweep=True)

    assert (callbacks, message.published_at) == ([], None)
    assert list(Message.objects.to_publish(NOON)) == [message]
