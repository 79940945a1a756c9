from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from billiard.exceptions import SoftTimeLimitExceeded

from outbox import tasks
from outbox.models import BEAT, Heartbeat, Message, MessageStatus
from outbox.services import delivery
from tests.factories import MessageFactory


def test_deliver_sends_its_messages_one_after_the_other(mailoutbox):
    messages = [MessageFactory(recipient=f"{number}@example.org") for number in range(3)]

    tasks.deliver(*(message.pk for message in reversed(messages)))

    assert [mail.to for mail in mailoutbox] == [
        [message.recipient] for message in reversed(messages)
    ]
    assert set(Message.objects.values_list("status", flat=True)) == {MessageStatus.SENT}


def test_deliver_asks_three_questions_for_all_and_two_for_each(
    mailoutbox, django_assert_num_queries
):
    for count in (1, 3):
        messages = [MessageFactory().pk for _number in range(count)]
        # Claimed and recorded one by one; read together, with the suppressed addresses and whether
        # email is held.
        with django_assert_num_queries(3 + 2 * count):
            tasks.deliver(*messages)


def test_deliver_leaves_what_it_has_no_time_for_to_a_task_of_its_own(
    mailoutbox, published, monkeypatch, django_capture_on_commit_callbacks
):
    first, *others = [MessageFactory().pk for _number in range(3)]
    clock = iter([0, 0, tasks.TASK_TIME_BUDGET.total_seconds()])
    monkeypatch.setattr(tasks, "time", SimpleNamespace(monotonic=lambda: next(clock)))

    with django_capture_on_commit_callbacks(execute=True):
        tasks.deliver(first, *others)

    assert Message.objects.get(status=MessageStatus.SENT).pk == first
    assert published() == others


def test_deliver_leaves_the_others_to_a_task_of_their_own_when_one_breaks_it(
    published, monkeypatch, django_capture_on_commit_callbacks
):
    broken, *others = [MessageFactory().pk for _number in range(3)]

    def interrupted(*facts):
        raise SoftTimeLimitExceeded

    monkeypatch.setattr(delivery, "attempt_delivery", interrupted)
    with django_capture_on_commit_callbacks(execute=True), pytest.raises(SoftTimeLimitExceeded):
        tasks.deliver(broken, *others)

    assert published() == others


def test_sweep_publishes_what_is_due_and_shows_that_it_ran(published):
    message = MessageFactory()
    before = datetime.now(UTC)

    tasks.sweep()

    assert published() == [message.pk]
    assert Heartbeat.objects.get(name=BEAT).at >= before
