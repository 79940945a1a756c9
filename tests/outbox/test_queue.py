"""A queued message is one row, and is published after the commit."""

import time

import pytest
from django.db import IntegrityError, transaction

from core.conflicts import Refused
from outbox.models import CancelReason, Message, MessageStatus, Queue
from outbox.services.delivery import compose
from outbox.services.publishing import breaker
from outbox.services.queue import AlreadyQueued, move_to_mail_queue, post_all
from outbox.services.rendering import PRIVATE_CODE, PRIVATE_PAGE, PRIVATE_UNSUBSCRIBE
from tests.broker import refusing_broker, silent_broker
from tests.factories import NOON, MessageFactory
from tests.outbox.queueing import MINUTE, envelope, queue


def test_post_all_stores_several_in_one_statement(django_assert_num_queries):
    letters = [envelope("one"), envelope("later", due_at=NOON + MINUTE)]

    # And a savepoint around it.
    with django_assert_num_queries(3):
        post_all(letters, at=NOON)

    stored = Message.objects.order_by("pk").values_list("topic", "due_at", "published_at")
    assert list(stored) == [("one", NOON, NOON), ("later", NOON + MINUTE, None)]


def test_post_all_of_a_new_cause_takes_no_savepoint(django_assert_num_queries):
    with django_assert_num_queries(1):
        [message] = post_all([envelope("one")], at=NOON, may_repeat=False)
    with pytest.raises(IntegrityError), transaction.atomic():
        post_all([envelope("one")], at=NOON, may_repeat=False)

    assert list(Message.objects.all()) == [message]


def test_post_all_queues_none_where_one_was_written_before():
    queue(topic="one")

    with transaction.atomic(), pytest.raises(AlreadyQueued):
        post_all([envelope("other"), envelope("one")], at=NOON)

    assert list(Message.objects.values_list("topic", flat=True)) == ["one"]


def test_post_stores_what_will_be_sent():
    facts = {
        "topic": "P2C-AAAAAA/received/entry-1/focal-point-1",
        "reference": "P2C-AAAAAA",
        "recipient": "ada@example.org",
        "recipient_name": "Ada Lovelace",
        "language": "fr",
        "subject": "P2C-AAAAAA: received",
        "body": f"{PRIVATE_PAGE} {PRIVATE_UNSUBSCRIBE}",
        "due_at": NOON + MINUTE,
        "expires_at": NOON + 2 * MINUTE,
        "private_page": "https://p2c.example/page",
        "private_unsubscribe": "https://p2c.example/no-more",
    }

    queue(**facts, at=NOON)

    stored = Message.objects.values(*facts, "status", "queued_at").get()
    assert stored == {**facts, "status": MessageStatus.QUEUED, "queued_at": NOON}


def test_letters_with_one_reference_are_one_thread(settings):
    settings.MAIL_DOMAIN = "testserver"
    first = queue(topic="one", reference="P2C-AAAAAA")
    second = queue(topic="two", reference="P2C-AAAAAA")
    other = queue(topic="three", reference="P2C-BBBBBB")
    about_a_meeting = queue(topic="four", reference="P2C-AAAAAA", conversations=["meeting-1"])

    letters = [compose(each).message() for each in (first, second, other, about_a_meeting)]

    thread = "<P2C-AAAAAA@testserver>"
    assert [mail["References"] for mail in letters] == [
        thread,
        thread,
        "<P2C-BBBBBB@testserver>",
        "<meeting-1@testserver>",
    ]
    assert [mail["In-Reply-To"] for mail in letters] == [mail["References"] for mail in letters]


@pytest.mark.parametrize("facts", [{}, {"reference": "P2C-AAAAAA", "queue": Queue.BULK}])
def test_mailing_and_mail_without_a_reference_are_in_no_thread(facts):
    mail = compose(queue(**facts)).message()

    assert (mail["References"], mail["In-Reply-To"]) == (None, None)


def test_post_publishes_after_the_commit(
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


def test_post_writes_the_same_topic_once_and_leaves_the_transaction_whole():
    first = queue()

    with transaction.atomic():
        with pytest.raises(AlreadyQueued, match="This message already exists"):
            queue(recipient="other@example.org")
        other = queue(topic="P2C-AAAAAA/admitted/entry-2/focal-point-1")

    assert list(Message.objects.order_by("pk")) == [first, other]
    assert first.recipient == "ada@example.org"


def test_post_does_not_hide_another_violation():
    with pytest.raises(IntegrityError), transaction.atomic():
        queue(language=None)

    assert list(Message.objects.all()) == []


@pytest.mark.parametrize(
    ("body", "links"),
    [
        (PRIVATE_PAGE, {}),
        (PRIVATE_PAGE, {"private_unsubscribe": "https://p2c.example/no-more"}),
        (PRIVATE_CODE, {"private_page": "https://p2c.example/page"}),
        (PRIVATE_UNSUBSCRIBE, {"private_page": "https://p2c.example/page"}),
    ],
)
def test_post_refuses_a_place_for_a_link_without_the_link(body, links):
    with pytest.raises(Refused, match="private link"):
        queue(body=body, **links)

    assert list(Message.objects.all()) == []


def test_post_succeeds_when_the_broker_refuses(django_capture_on_commit_callbacks):
    with refusing_broker(), django_capture_on_commit_callbacks(execute=True):
        queue(), queue(topic="topic-2")

    assert breaker.is_open
    found = Message.objects.values_list("status", "published_at")
    assert list(found) == [(MessageStatus.QUEUED, None)] * 2


def test_post_waits_for_a_silent_broker_once_for_fifty(django_capture_on_commit_callbacks):
    started = time.monotonic()
    with silent_broker():
        for number in range(50):
            with django_capture_on_commit_callbacks(execute=True):
                queue(topic=f"topic-{number}")
    took = time.monotonic() - started

    assert took < 5
    assert Message.objects.filter(published_at=None).count() == 50


def test_mailing_is_left_to_the_sweep_and_not_published_at_once(django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as callbacks:
        message = queue(queue=Queue.BULK)

    assert (callbacks, message.published_at) == ([], None)
    assert list(Message.objects.to_publish(NOON)) == [message]


def test_post_keeps_subject_and_name_on_one_line_and_cuts_what_no_column_holds():
    message = queue(subject="Hello\r\nBcc: victim@example.org", recipient_name="A\nB: c")
    long = queue(topic="other", recipient_name="a" * 501)

    message.refresh_from_db()
    assert message.subject == "Hello Bcc: victim@example.org"
    assert message.recipient_name == "A B: c"
    assert long.recipient_name == "a" * 500


def test_moved_to_the_queue_of_letters_is_only_what_is_due_and_waits_in_the_other_queue(
    published, django_capture_on_commit_callbacks
):
    late, waiting = (MessageFactory(queue=Queue.BULK, queued_at=NOON) for _number in range(2))
    others = [
        MessageFactory(queue=Queue.BULK, due_at=NOON + MINUTE),
        MessageFactory(queue=Queue.BULK, cancel_reason=CancelReason.CAUSE_GONE),
        MessageFactory(queue=Queue.BULK, status=MessageStatus.CANCELLED),
        MessageFactory(queue=Queue.MAIL),
    ]
    not_named = MessageFactory(queue=Queue.BULK)
    named = Message.objects.exclude(pk=not_named.pk)

    with django_capture_on_commit_callbacks(execute=True):
        assert move_to_mail_queue(messages=named, at=NOON) == 2

    assert published() == [late.pk, waiting.pk]
    moved = Message.objects.filter(queue=Queue.MAIL, published_at=NOON)
    assert set(moved.values_list("pk", flat=True)) == {late.pk, waiting.pk}
    unchanged = Message.objects.filter(pk__in=[each.pk for each in others], published_at=None)
    assert unchanged.count() == 4
