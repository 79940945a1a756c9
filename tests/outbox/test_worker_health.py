from datetime import timedelta

import pytest
from django.conf import settings

from outbox.models import BEAT, CLOCK_TOLERANCE, Heartbeat, MessageStatus, Queue
from outbox.services.worker_health import (
    HEARTBEAT_RETENTION,
    OVERDUE,
    WORKER_SILENT,
    WorkerHealth,
    check_health,
    delete_stale_heartbeats,
    health_warnings,
    show_beat_alive,
    show_worker_alive,
    watch_clocks,
)
from tests.factories import NOON, HeartbeatFactory, MessageFactory

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


def pulse(**facts):
    fine = {"at": NOON, "beat_at": NOON, "workers": {"mail": 1, "bulk": 1}, "due_since": {}}
    return WorkerHealth(**{**fine, **facts})


def test_take_pulse_counts_the_workers_of_each_queue_that_are_alive():
    HeartbeatFactory(name="mail@one", queue="mail", at=NOON)
    HeartbeatFactory(name="mail@one", queue="sweep", at=NOON)
    HeartbeatFactory(name="mail@two", queue="mail", at=NOON - WORKER_SILENT)
    HeartbeatFactory(name="mail@three", queue="mail", at=NOON - WORKER_SILENT - SECOND)

    taken = check_health(at=NOON)

    assert taken.workers == {"mail": 2, "bulk": 0, "sweep": 1}
    assert taken.unserved == [Queue.BULK]


def test_take_pulse_tells_the_last_sweep_and_the_oldest_due_message():
    HeartbeatFactory(name=BEAT, at=NOON - SECOND)
    MessageFactory(due_at=NOON - 2 * SECOND)
    MessageFactory(due_at=NOON - 3 * SECOND, queue=Queue.BULK)

    taken = check_health(at=NOON)

    assert taken.beat_at == NOON - SECOND
    assert taken.due_since == {"mail": NOON - 2 * SECOND, "bulk": NOON - 3 * SECOND}
    assert taken.oldest_due == NOON - 3 * SECOND


def put_off(**facts):
    """A message that its recipient's server will accept later."""
    return MessageFactory(**{"attempts": 2, "due_at": NOON + SECOND, **facts})


def waits_for_server(**facts):
    return MessageFactory(
        **{
            "due_at": NOON + HOUR,
            "server_trouble_at": NOON - SECOND,
            "server_response": "535 5.7.8 No",
            **facts,
        }
    )


def sent(at):
    return MessageFactory(status=MessageStatus.SENT, sent_at=at)


def test_take_pulse_tells_that_the_server_takes_nothing_once_a_probe_failed():
    sent(NOON - HOUR)
    waits_for_server(first_due_at=NOON - MINUTE, server_trouble_at=NOON, server_response="421 No")
    waits_for_server(first_due_at=NOON - MINUTE, queue=Queue.BULK)
    MessageFactory(due_at=NOON)
    MessageFactory(due_at=NOON + SECOND)

    taken = check_health(at=NOON)

    assert (taken.handed_over_at, taken.server_trouble) == (NOON - HOUR, "421 No")
    assert taken.waiting == 3
    assert taken.due_since == {"mail": NOON - MINUTE, "bulk": NOON - MINUTE}
    assert taken.overdue == []


@pytest.mark.parametrize(
    ("sent_at", "first_due_at"),
    [
        # Tried once, when it became due, and not again by a probe.
        (NOON - HOUR, NOON - MINUTE + SECOND),
        (None, NOON - MINUTE + SECOND),
        # The server accepted another message less than a minute before.
        (NOON - MINUTE + SECOND, NOON - HOUR),
    ],
)
def test_trouble_of_less_than_a_minute_is_no_outage(sent_at, first_due_at):
    if sent_at:
        sent(sent_at)
    waits_for_server(first_due_at=first_due_at, server_trouble_at=NOON)

    taken = check_health(at=NOON)

    assert (taken.server_trouble, taken.waiting) == (None, 1)


def test_retries_do_not_make_what_waits_for_the_server_younger():
    sent(NOON - SECOND)
    waits_for_server(first_due_at=NOON - HOUR)

    taken = check_health(at=NOON)

    assert taken.due_since == {"mail": NOON - HOUR}
    assert taken.overdue == [Queue.MAIL]


@pytest.mark.parametrize(
    ("facts", "queries"),
    [
        ({}, 3),
        (
            {
                "first_due_at": NOON - MINUTE,
                "due_at": NOON + HOUR,
                "server_trouble_at": NOON,
            },
            4,
        ),
    ],
)
def test_take_pulse_costs_one_question_more_where_the_server_is_in_trouble(
    django_assert_num_queries, facts, queries
):
    for number in range(3):
        HeartbeatFactory(name=f"mail@{number}", queue="mail")
        MessageFactory(**facts)

    with django_assert_num_queries(queries):
        check_health(at=NOON)


def test_what_is_put_off_for_its_recipient_counts_once_it_is_due_again():
    sent(NOON - SECOND)
    put_off(first_due_at=NOON - HOUR)
    put_off(first_due_at=NOON - HOUR)

    assert check_health(at=NOON).due_since == {}
    assert check_health(at=NOON + 2 * SECOND).due_since == {"mail": NOON + SECOND}


def test_several_put_off_since_anything_went_out_count_as_due_all_the_time():
    sent(NOON - 2 * HOUR)
    put_off(first_due_at=NOON - HOUR, recipient="ada@example.org")
    put_off(first_due_at=NOON - SECOND, recipient="ada@example.org")

    of_one_recipient = check_health(at=NOON).due_since
    put_off(first_due_at=NOON - 2 * SECOND, recipient="bob@example.org")

    assert of_one_recipient == {}
    assert check_health(at=NOON).due_since == {"mail": NOON - HOUR}


def test_take_pulse_tells_whose_clock_is_ahead(caplog):
    HeartbeatFactory(name="mail@ahead", queue="mail", at=NOON + HOUR)
    HeartbeatFactory(name="mail@ahead", queue="sweep", at=NOON + HOUR)
    HeartbeatFactory(name="mail@right", queue="mail", at=NOON + CLOCK_TOLERANCE)

    taken = check_health(at=NOON)

    assert taken.ahead == {"mail@ahead": HOUR}
    assert taken.workers["mail"] == 2
    assert [record.getMessage() for record in caplog.records] == [
        "The clock of mail@ahead is 3600 seconds ahead"
    ]


def test_watch_clocks_writes_to_the_log_alone(caplog):
    HeartbeatFactory(name=BEAT, at=NOON + HOUR)
    HeartbeatFactory(name="mail@right", queue="mail", at=NOON + CLOCK_TOLERANCE)

    watch_clocks(at=NOON)

    assert [record.getMessage() for record in caplog.records] == [
        "The clock of beat is 3600 seconds ahead"
    ]


def test_nothing_keeps_mail_from_moving_where_all_is_well():
    assert health_warnings(pulse(due_since={"mail": NOON - OVERDUE[Queue.MAIL]})) == []
    # Beat may miss some sweeps, and a mailing takes longer than a letter.
    assert not pulse(beat_at=NOON - 4 * settings.SWEEP_EVERY).beat_is_silent
    waiting = NOON - timedelta(minutes=20)
    assert pulse(due_since={"mail": waiting, "bulk": waiting}).overdue == [Queue.MAIL]


@pytest.mark.parametrize(
    # Noon is at 14:00 in Geneva, in October.
    ("facts", "sentence"),
    [
        (
            {"server_trouble": "535 No", "handed_over_at": NOON - HOUR, "waiting": 120},
            (
                "The mail server has not accepted any email since 13:00. 120 messages are waiting. "
                "Last server response: 535 No"
            ),
        ),
        (
            {"server_trouble": "535 No", "handed_over_at": NOON - 24 * HOUR, "waiting": 1},
            (
                "The mail server has not accepted any email since 24 October 2021, 14:00. 1 "
                "message is waiting. Last server response: 535 No"
            ),
        ),
        (
            {"server_trouble": "535 " + "x" * 400, "waiting": 2},
            (
                "The mail server has not accepted any email yet. 2 messages are waiting. Last "
                "server response: 535 "
            )
            + "x" * 196,
        ),
        ({"beat_at": None}, "The sweep, which queues pending messages again, has not run yet."),
        (
            {"beat_at": NOON - HOUR},
            "The sweep, which queues pending messages again, last ran 1 hour ago.",
        ),
        ({"workers": {"mail": 0, "bulk": 1}}, "No worker is running for letters (queue “mail”)."),
        ({"workers": {"mail": 1, "bulk": 0}}, "No worker is running for mailings (queue “bulk”)."),
        (
            {"due_since": {"mail": NOON - timedelta(minutes=16)}},
            "The oldest due letter has been waiting for 16 minutes.",
        ),
        (
            {"due_since": {"bulk": NOON - 3 * HOUR}},
            "The oldest due message of a mailing has been waiting for 3 hours.",
        ),
        (
            {"ahead": {"mail@host": HOUR}},
            "The clock of “mail@host” is 1 hour ahead of the web server’s clock.",
        ),
    ],
)
def test_trouble_is_told_in_a_sentence(facts, sentence):
    [found] = health_warnings(pulse(**facts))

    assert found.replace("\u2068", "").replace("\u2069", "").replace("\xa0", " ") == sentence


def test_show_worker_alive_keeps_one_row_for_each_queue():
    show_worker_alive(name="mail@host", queues=["mail", "sweep"], at=NOON - SECOND)

    show_worker_alive(name="mail@host", queues=["mail", "sweep"], at=NOON)

    assert list(Heartbeat.objects.order_by("queue").values_list("name", "queue", "at")) == [
        ("mail@host", "mail", NOON),
        ("mail@host", "sweep", NOON),
    ]


def test_show_beat_alive_keeps_one_row():
    show_beat_alive(at=NOON - SECOND)

    show_beat_alive(at=NOON)

    assert list(Heartbeat.objects.values_list("name", "queue", "at")) == [(BEAT, "", NOON)]


def test_forget_the_silent_keeps_beat_and_whoever_may_come_back():
    HeartbeatFactory(name=BEAT, at=NOON - 2 * HEARTBEAT_RETENTION)
    HeartbeatFactory(name="mail@now", queue="mail", at=NOON - HEARTBEAT_RETENTION)
    HeartbeatFactory(name="mail@before", queue="mail", at=NOON - HEARTBEAT_RETENTION - SECOND)

    delete_stale_heartbeats(at=NOON)

    assert set(Heartbeat.objects.values_list("name", flat=True)) == {BEAT, "mail@now"}
