"""Sending no more mail in a minute than the mail server accepts."""

from collections import Counter
from datetime import timedelta

import pytest

from outbox.models import MessageStatus, Queue, SendingRate
from outbox.services.sending_rate import Rate, take_permit
from outbox.tasks import deliver
from tests.factories import NOON, MessageFactory

ZERO = timedelta()


def times_of(number, queue=Queue.BULK, start=NOON):
    """Take some permits as soon as each is given, and return their times."""
    at, times = start, []
    while len(times) < number:
        if wait := take_permit(queue, at=at):
            at += wait
        else:
            times.append(at)
    return times


def busiest_minute(times):
    return max(
        sum(1 for time in times if start <= time < start + timedelta(minutes=1)) for start in times
    )


@pytest.mark.parametrize(("per_minute", "number"), [(600, 700), (30, 70)])
def test_messages_take_at_most_a_tenth_longer_than_the_rate_allows(settings, per_minute, number):
    settings.MAIL_RATE = per_minute

    times = times_of(number)

    assert busiest_minute(times) <= per_minute
    assert times[-1] - NOON <= timedelta(minutes=number / per_minute) * 1.1


@pytest.mark.parametrize("per_minute", [30, 60, 600])
def test_rate_of_three_thousand_messages_is_at_most_a_tenth_below_what_is_allowed(per_minute):
    rate = Rate(per_minute)

    assert (3000 - rate.kept) * rate.interval <= timedelta(minutes=3000 / per_minute) * 1.1


def test_letter_does_not_wait_for_a_mailing(settings):
    settings.MAIL_RATE = 30
    last = times_of(5, Queue.BULK)[-1]

    assert take_permit(Queue.BULK, at=last) > ZERO
    assert take_permit(Queue.MAIL, at=last) == ZERO


def test_permits_that_were_not_used_are_kept_only_in_part(settings):
    settings.MAIL_RATE = 30
    take_permit(Queue.MAIL, at=NOON)
    later = NOON + timedelta(hours=1)

    given = [take_permit(Queue.MAIL, at=later) for _n in range(5)]

    assert Counter(wait == ZERO for wait in given)[True] == Rate(30).kept


def test_without_a_rate_nothing_is_counted(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert take_permit(Queue.BULK, at=NOON) == ZERO
    assert not SendingRate.objects.exists()


def test_task_sends_what_the_rate_allows_and_leaves_the_others_queued(settings, mailoutbox):
    settings.MAIL_RATE = 3
    messages = [MessageFactory(queue=Queue.BULK) for _n in range(4)]

    deliver(*(message.pk for message in messages))

    assert len(mailoutbox) < 3
    statuses = Counter(type(messages[0]).objects.values_list("status", flat=True))
    assert statuses[MessageStatus.QUEUED] == 4 - len(mailoutbox) > 0
