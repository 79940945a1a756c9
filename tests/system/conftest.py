import contextlib
import os
from urllib.parse import urlsplit

import pytest
import redis
from django.db import connection

from outbox.services.publishing import breaker
from tests.broker import broker_at
from tests.mail_server import Sink, free_port, mail_server
from tests.portal import beat, database_url, environment, worker
from tests.processes import ProgramMissing
from tests.servers import Forwarder, PostgresServer, RedisServer, copy_database
from tests.system.lives import Portal, make_keys

# A separate database number and key prefix, so that another portal on the same Redis is not
# affected.
REDIS_DATABASE = 9
KEY_PREFIX = f"p2c-portal-test-{os.getpid()}:"


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    """Start the longest tests first, so that no process works on one of them alone at the end."""
    items.sort(key=lambda item: item.get_closest_marker("patient") is None)


@pytest.fixture(autouse=True)
def _broker_trusted_again():
    """Reset the broker after a test in which it failed."""
    breaker.close()
    yield
    breaker.close()


@pytest.fixture(scope="session")
def redis_server():
    """The URL of a real Redis: CELERY_BROKER_URL, or a server on this machine."""
    named = urlsplit(os.environ["CELERY_BROKER_URL"])
    is_named = named.scheme.startswith("redis")
    host, port = (named.hostname, named.port or 6379) if is_named else ("127.0.0.1", 6379)
    with redis.Redis(host=host, port=port, db=REDIS_DATABASE, socket_timeout=2) as server:
        try:
            server.ping()
        except redis.RedisError:
            if is_named:
                raise
            pytest.skip("No Redis listens on this machine.")
        yield host, port
        for key in server.scan_iter(f"{KEY_PREFIX}*"):
            server.delete(key)


@pytest.fixture(scope="session")
def sink():
    return Sink()


@pytest.fixture(scope="session")
def mail_port(sink):
    with mail_server(sink) as port:
        yield port


@pytest.fixture(scope="session")
def forwarder(redis_server):
    forwarder = Forwarder(free_port(), to=redis_server)
    forwarder.start()
    yield forwarder
    forwarder.stop()


# Not for the whole session, because other tests run their own workers on the same database.
@pytest.fixture(scope="module")
def portal_on_redis(django_db_setup, forwarder, mail_port, tmp_path_factory):
    broker = f"redis://127.0.0.1:{forwarder.port}/{REDIS_DATABASE}"
    folder = tmp_path_factory.mktemp("redis")
    given = environment(
        database_url=database_url(),
        broker_url=broker,
        mail_port=mail_port,
        CELERY_KEY_PREFIX=KEY_PREFIX,
    )
    with worker(given, folder), beat(given, folder):
        yield broker


@pytest.fixture
def on_redis(portal_on_redis):
    """Publish from the process of the tests, as a web process would, to the same Redis."""
    with broker_at(portal_on_redis, global_keyprefix=KEY_PREFIX):
        yield


@pytest.fixture
def on_one_machine(django_db_setup, mail_port, tmp_path):
    """Use the embedded broker, as on one machine without Redis."""
    broker = f"sqla+sqlite:///{tmp_path / 'broker.sqlite3'}"
    given = environment(database_url=database_url(), broker_url=broker, mail_port=mail_port)
    with worker(given, tmp_path), beat(given, tmp_path), broker_at(broker):
        yield


@contextlib.contextmanager
def unless_missing():
    """Skip if a program is not installed; fail in CI, which has all of them."""
    try:
        yield
    except ProgramMissing as missing:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(f"There is no {missing} on this machine.")


@pytest.fixture
def own_redis():
    """A Redis that a test may stop."""
    with unless_missing():
        server = RedisServer()
    with server:
        yield server


@pytest.fixture(scope="session")
def own_cluster(django_db_setup):
    """A PostgreSQL cluster that a test may stop, with a copy of the test database as `template`."""
    with unless_missing():
        server = PostgresServer()
    with server:
        copy_database(database_url(), to=server.create("template"))
        yield server


@pytest.fixture
def own_database(own_cluster):
    """The URL of a database for one test, on a PostgreSQL that it may stop."""
    url = own_cluster.create("portal", template="template")
    yield url
    own_cluster.drop("portal")


@pytest.fixture
def own_sink():
    """A mail server that a test may break."""
    return Sink()


@pytest.fixture
def own_mail_port(own_sink):
    with mail_server(own_sink) as port:
        yield port


@pytest.fixture
def given(request, own_mail_port, tmp_path):
    """The environment of a portal on Redis, or on one machine if the tests run on SQLite."""
    if connection.vendor == "postgresql":
        broker_url = request.getfixturevalue("own_redis").url()
    else:
        broker_url = f"sqla+sqlite:///{tmp_path / 'broker.sqlite3'}"
    return environment(
        database_url=database_url(),
        broker_url=broker_url,
        mail_port=own_mail_port,
        SWEEP_EVERY="1",
    )


@pytest.fixture
def lives(own_cluster, own_redis, own_mail_port, tmp_path):
    """The portal, and two places for copies of it."""
    with unless_missing():
        make_keys(tmp_path)
    portals = []
    for name in ("first", "second", "third"):
        own_cluster.create(name, template="template" if name == "first" else "template0")
        portals.append(Portal(name, own_cluster, own_redis, own_mail_port, tmp_path))
    yield portals
    for name in ("first", "second", "third"):
        own_cluster.drop(name)
