"""A mail server that refuses everything: the portal detects it, and the messages wait."""

import pytest
from django.utils.timezone import now

from outbox.models import Message, MessageStatus
from outbox.services.worker_health import check_health, health_warnings
from tests.portal import beat, worker
from tests.processes import PATIENCE, eventually
from tests.system.mail import a_minute_passes, all_sent, fill, repeats

pytestmark = [
    pytest.mark.patient,
    pytest.mark.postgresql_in_ci,
    pytest.mark.django_db(transaction=True),
]

MANY = 30
# The messages of one task, which contacts the server once.
A_TASK = 10


def all_wait_for_the_server():
    return eventually(lambda: Message.objects.waiting_for_server().count() == MANY, within=PATIENCE)


def trouble_is_seen():
    return eventually(lambda: check_health(at=now()).server_trouble is not None, within=PATIENCE)


def lines_of(process):
    return [line for line in process.log.read_text().splitlines() if "deferred" in line]


def test_server_that_lets_nobody_sign_in_is_seen_once_a_probe_failed_and_costs_no_attempt(
    given, own_sink, own_mail_port, tmp_path
):
    own_sink.takes_sign_in = False
    fill(MANY)
    settings = {**given, "EMAIL_URL": f"smtp://portal:secret@127.0.0.1:{own_mail_port}"}

    with beat(settings, tmp_path), worker(settings, tmp_path) as process:
        assert all_wait_for_the_server()
        before_a_probe = check_health(at=now())
        a_minute_passes()
        assert trouble_is_seen()
        seen = check_health(at=now())
        told = health_warnings(seen)[0]
        lines, contacts = lines_of(process), own_sink.connections
        attempts = set(Message.objects.values_list("attempts", flat=True))
        own_sink.takes_sign_in = True
        a_minute_passes()
        assert all_sent(within=PATIENCE)

    assert (before_a_probe.server_trouble, before_a_probe.waiting) == (None, MANY)
    assert seen.server_trouble.startswith("535 5.7.8")
    assert told.startswith(
        f"The mail server has not accepted any email yet. {MANY} messages are waiting. Last server "
        "response: \u2068535 "
    )
    # One log line for each attempt, and none for messages that were not tried. Two sweeps at once
    # may publish a message twice, and then there is one attempt more.
    assert MANY / A_TASK <= len(lines) == contacts < MANY / 2
    assert "attempt 1: deferred by trouble with the mail server: 535 5.7.8" in lines[0]
    assert "@" not in "".join(lines)
    assert attempts == {0}
    assert set(Message.objects.values_list("status", "attempts")) == {(MessageStatus.SENT, 1)}
    assert (len(own_sink.arrived), repeats(own_sink)) == (MANY, 0)
