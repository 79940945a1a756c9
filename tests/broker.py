"""Brokers that do not work, to test how the portal reacts."""

import contextlib
import socket

import pytest
from kombu import pools

from p2c_portal.celery import app
from tests.mail_server import free_port


@contextlib.contextmanager
def silent_broker():
    """Publish tasks to a server that accepts connections and never answers."""
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        broker_at(f"redis://127.0.0.1:{server.getsockname()[1]}/0"),
    ):
        yield


@contextlib.contextmanager
def refusing_broker():
    """Publish tasks to a port on which no process listens."""
    with broker_at(f"redis://127.0.0.1:{free_port()}/0"):
        yield


@contextlib.contextmanager
def broker_at(url, **options):
    """Publish tasks to another broker than the default one of the tests."""
    before = app.conf.broker_transport_options
    with pytest.MonkeyPatch.context() as patch:
        # Celery reads this variable itself, before its settings.
        patch.setenv("CELERY_BROKER_URL", url)
        if url.startswith("redis://"):
            options = {"socket_connect_timeout": 0.5, "socket_timeout": 0.5, **options}
        elif url.startswith("sqla+sqlite:"):
            options = {"connect_args": {"timeout": 1}, **options}
        app.conf.broker_transport_options = options
        forget_connections()
        yield
    app.conf.broker_transport_options = before
    forget_connections()


def forget_connections():
    """Close Celery's open connections, so that it reads its settings again."""
    pools.reset()
    app._pool = None
    app.amqp._producer_pool = None
