"""The audit is sent to a collector as numbered lines, each at least once, and never by a page."""

import json
import re
import socket
from contextlib import closing
from datetime import timedelta

import pytest
from django.core.checks import run_checks

from accounts.models import StreamPosition
from tests.factories import (
    NOON,
    ReadingEventFactory,
    SignInEventFactory,
    StreamPositionFactory,
    UserFactory,
)
from triage.audit.services.stream import SETTLED_AFTER, send_new_lines

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)
LATER = NOON + 10 * MINUTE
RFC_5424 = re.compile(r"<110>1 (\S+) \S+ p2c-portal \d+ audit - (\{.*\})")


def run(at=LATER):
    return send_new_lines(clock=lambda: at)


def received(collector):
    """Return what a collector has received, each line as data."""
    collector.settimeout(0.2)
    lines = []
    try:
        while text := collector.recv(65536).decode():
            lines += [json.loads(RFC_5424.fullmatch(line)[2]) for line in text.splitlines()]
    except TimeoutError:
        pass
    return lines


@pytest.fixture
def collector(settings, tmp_path):
    """A collector at a socket of this machine, to which everything until noon was sent."""
    StreamPositionFactory(until=NOON)
    with closing(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)) as listening:
        listening.bind(str(tmp_path / "log"))
        settings.AUDIT_SYSLOG = f"unix:{tmp_path / 'log'}"
        yield listening


def position():
    return StreamPosition.objects.values_list("until", "number").get()


def test_new_lines_are_sent_once_with_numbers(collector):
    ada = UserFactory(name="Ada Lovelace", joined_at=NOON)
    ada.history.update(history_date=NOON - MINUTE)
    SignInEventFactory(at=NOON, user=ada)
    ReadingEventFactory(at=NOON + MINUTE, by=ada)

    numbers = run(), run()

    lines = [(line["number"], line["what"], line["by"]) for line in received(collector)]
    assert numbers == (2, 0)
    assert lines == [
        (1, "Sign-in", "Ada Lovelace"),
        (2, "Reading of personal data", "Ada Lovelace"),
    ]
    assert position() == (LATER - SETTLED_AFTER, 2)


def test_lines_wait_until_rows_of_the_same_time_are_stored(collector):
    SignInEventFactory(at=LATER - SETTLED_AFTER, user=None, account_kind="unknown", outcome="wrong")

    first, second = run(), run(LATER + MINUTE)

    assert (first, second) == (0, 1)
    assert len(received(collector)) == 1


def test_first_run_notes_the_time_and_sends_nothing_old(collector):
    StreamPosition.objects.all().delete()
    SignInEventFactory(at=NOON)

    assert run() == 0

    assert received(collector) == []
    assert position() == (LATER - SETTLED_AFTER, 0)


def test_without_a_collector_nothing_is_sent(collector, settings):
    settings.AUDIT_SYSLOG = ""
    SignInEventFactory(at=NOON)

    assert run() == 0
    assert position() == (NOON, 0)


def test_lines_wait_for_a_collector_that_is_away(collector, settings, caplog):
    address, settings.AUDIT_SYSLOG = settings.AUDIT_SYSLOG, "unix:/nowhere/log"
    SignInEventFactory(at=NOON, user=None, account_kind="unknown", outcome="wrong")

    away = run()
    moved = position()
    settings.AUDIT_SYSLOG = address
    back = run()

    assert (away, moved, back) == (0, (NOON, 0), 1)
    assert [line["number"] for line in received(collector)] == [1]
    assert "The audit is not sent: FileNotFoundError" in caplog.messages


def test_a_run_stops_when_its_time_is_over_and_the_next_one_continues(collector):
    for minutes in range(3):
        SignInEventFactory(
            at=NOON + minutes * MINUTE, user=None, account_kind="unknown", outcome="wrong"
        )
    moments = iter([LATER, LATER, LATER + MINUTE])

    first = send_new_lines(clock=lambda: next(moments))
    stopped = position()
    second = run()

    assert (first, stopped, second) == (1, (NOON + MINUTE, 1), 2)
    assert [line["number"] for line in received(collector)] == [1, 2, 3]


def test_lines_are_sent_by_tcp_each_with_its_end(settings):
    StreamPositionFactory(until=NOON)
    for minutes in range(2):
        SignInEventFactory(
            at=NOON + minutes * MINUTE, user=None, account_kind="unknown", outcome="wrong"
        )
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        settings.AUDIT_SYSLOG = f"tcp://127.0.0.1:{server.getsockname()[1]}"

        run()

        connection, _address = server.accept()
        with connection:
            assert [line["number"] for line in received(connection)] == [1, 2]


def test_lines_are_sent_by_udp(settings):
    StreamPositionFactory(until=NOON)
    SignInEventFactory(at=NOON, user=None, account_kind="unknown", outcome="wrong")
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as server:
        server.bind(("127.0.0.1", 0))
        settings.AUDIT_SYSLOG = f"udp://127.0.0.1:{server.getsockname()[1]}"

        run()

        assert [line["number"] for line in received(server)] == [1]


@pytest.mark.parametrize(
    ("address", "is_valid"),
    [
        ("", True),
        ("unix:/dev/log", True),
        ("udp://log.example:514", True),
        ("tcp://[2001:db8::1]:601", True),
        ("log.example:514", False),
        ("tls://log.example:6514", False),
        ("udp://log.example", False),
        ("tcp://log.example:port", False),
        ("unix:", False),
    ],
)
def test_address_of_the_collector_is_checked(settings, address, is_valid):
    settings.AUDIT_SYSLOG = address

    found = [error.id for error in run_checks()]

    assert found == ([] if is_valid else ["triage.E001"])
