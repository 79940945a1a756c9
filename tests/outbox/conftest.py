import contextlib
import socket

import pytest
from kombu import pools

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


@contextlib.contextmanager
def broker_at(port):
    """Let tasks be published to a Redis that is supposed to listen on a port."""
    before = app.conf.broker_transport_options
    with pytest.MonkeyPatch.context() as patch:
        # Celery reads this name itself, before its settings.
        patch.setenv("CELERY_BROKER_URL", f"redis://127.0.0.1:{port}/0")
        app.conf.broker_transport_options = {"socket_connect_timeout": 0.5, "socket_timeout": 0.5}
        forget_connections()
        yield
    app.conf.broker_transport_options = before
    forget_connections()


def forget_connections():
    pools.reset()
    app._pool = None
    app.amqp._producer_pool = None


@pytest.fixture
def silent_broker():
    """A server that accepts connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server, broker_at(server.getsockname()[1]):
        yield


@pytest.fixture
def refusing_broker():
    """A port on which nobody listens any more."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with broker_at(port):
        yield
