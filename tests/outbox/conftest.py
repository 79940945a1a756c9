import pytest

from outbox.queueing import breaker
from p2c_portal.celery import app


@pytest.fixture(autouse=True)
def _broker_trusted_again():
    """Keep one test's failing broker out of the next."""
    breaker.reset()
    yield
    breaker.reset()


@pytest.fixture
def published():
    """Read which messages' tasks the broker holds, which the tests have in memory."""

    def take_all():
        found = []
        with app.connection_for_read() as broker:
            channel = broker.default_channel
            while task := channel.basic_get("mail", no_ack=True):
                found.append(task.payload[0][0])
        return found

    take_all()
    return take_all
