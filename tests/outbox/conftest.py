import pytest

from outbox.models import Queue
from outbox.services.publishing import breaker
from p2c_portal.celery import app
from tests.outbox.texts import KIND, declare, sign_in


@pytest.fixture(autouse=True)
def _broker_trusted_again():
    """Reset the broker after a test in which it failed."""
    breaker.close()
    yield
    breaker.close()


@pytest.fixture
def tasks():
    """Return the tasks in a queue of the in-memory broker."""

    def take_all(queue=Queue.MAIL):
        found = []
        with app.connection_for_read() as broker:
            channel = broker.default_channel
            app.amqp.queues[queue](channel).declare()
            while task := channel.basic_get(queue, no_ack=True):
                found.append(task)
        return found

    for queue in Queue:
        take_all(queue)
    return take_all


@pytest.fixture
def published(tasks):
    """Return the messages with tasks in a queue of the broker."""
    return lambda queue=Queue.MAIL: [pk for task in tasks(queue) for pk in task.payload[0]]


@pytest.fixture
def kind(monkeypatch):
    """Declare a kind of message for the test."""
    declare(monkeypatch)
    return KIND


@pytest.fixture
def officer(client):
    """Sign in a user with all permissions on templates."""
    codenames = ("view_messagetemplate", "change_messagetemplate", "review_messagetemplate")
    return sign_in(client, *codenames, name="Ada Lovelace", email="ada@example.org")


@pytest.fixture
def observer(client):
    """Sign in a user who may only view templates."""
    return sign_in(client, "view_messagetemplate")
