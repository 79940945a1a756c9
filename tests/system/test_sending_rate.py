"""MAIL_RATE: the mail server never refuses, and hardly any time is lost."""

import time
from collections import deque

import pytest
from django.db import connection

from tests.mail_server import Sink, mail_server
from tests.portal import beat, worker
from tests.system.mail import all_sent, fill, repeats

pytestmark = [pytest.mark.long, pytest.mark.patient, pytest.mark.django_db(transaction=True)]

RATE = 600
MANY = 1_000
# In seconds.
MINUTE = 60
IDEAL = MANY / RATE * MINUTE


class Strict(Sink):
    """A mail server that refuses whatever is more than RATE messages in any minute."""

    def __init__(self):
        super().__init__()
        self.taken_at = deque(maxlen=RATE)
        self.times = []
        self.refused = 0

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        now = time.monotonic()
        if len(self.taken_at) == RATE and now - self.taken_at[0] < MINUTE:
            self.refused += 1
            return "451 4.7.1 Too many messages, try again later"
        self.taken_at.append(now)
        self.times.append(now)
        return await super().handle_DATA(server, session, envelope)


@pytest.fixture
def own_sink():
    return Strict()


@pytest.fixture
def own_mail_port(own_sink):
    with mail_server(own_sink) as port:
        yield port


@pytest.mark.skipif(connection.vendor != "postgresql", reason="its broker is too slow for the rate")
@pytest.mark.timeout(400)
def test_thousand_messages_at_a_rate_take_hardly_longer_than_they_must(given, own_sink, tmp_path):
    fill(MANY)

    with worker({**given, "MAIL_RATE": str(RATE)}, tmp_path), beat(given, tmp_path):
        assert all_sent(within=3 * IDEAL)

    took = own_sink.times[-1] - own_sink.times[0]
    assert (len(own_sink.arrived), repeats(own_sink), own_sink.refused) == (MANY, 0, 0)
    assert took <= 1.1 * IDEAL, f"{took:.1f} s"
    print(f"{MANY} messages at {RATE} a minute took {took:.1f} s")  # noqa: T201
