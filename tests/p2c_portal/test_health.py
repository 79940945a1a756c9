import time
from datetime import timedelta

import pytest
from django.db import DatabaseError, InterfaceError, OperationalError, connection
from django.utils.timezone import now

from outbox.models import BEAT, Heartbeat, MessageStatus, Queue
from tests.broker import refusing_broker, silent_broker
from tests.factories import MailboxReadingFactory, MessageFactory

TOKEN = "a-token-of-monitors-alone"


@pytest.mark.parametrize("token", ["", TOKEN])
def test_healthz_says_alive_without_asking_the_database(
    client, settings, django_assert_num_queries, token
):
    settings.READYZ_TOKEN = token
    settings.REVISION = "4f0c2aa"

    with django_assert_num_queries(0):
        response = client.get("/healthz")

    assert response.status_code == 200
    assert response.json() == {
        "status": "alive",
        "version": settings.VERSION,
        "revision": "4f0c2aa",
    }
    assert "no-store" in response["Cache-Control"]


@pytest.mark.usefixtures("_all_alive")
def test_readyz_is_ready_when_everything_is_there(client, django_assert_num_queries):
    MessageFactory(due_at=now() - timedelta(minutes=2))

    with django_assert_num_queries(4):
        response = client.get("/readyz")

    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]
    answer = response.json()
    assert answer["status"] == "ready"
    assert answer["checks"]["database"] == {"ok": True}
    assert answer["checks"]["broker"] == {"ok": True}
    assert answer["checks"]["beat"]["age"] in (3, 4, 5)
    assert answer["checks"]["workers"] == {"ok": True, "alive": {"mail": 1, "bulk": 1}}
    assert answer["checks"]["oldest_due_message"]["age"] in (120, 121, 122)


@pytest.mark.usefixtures("_all_alive")
@pytest.mark.parametrize(
    ("shown", "status"),
    [
        ({}, 401),
        ({"authorization": TOKEN}, 401),
        ({"authorization": "Bearer another-token-of-somebody"}, 401),
        ({"authorization": f"Bearer {TOKEN}"}, 200),
    ],
)
def test_readyz_is_told_to_who_shows_the_token_where_one_is_set(
    client, settings, django_assert_num_queries, shown, status
):
    settings.READYZ_TOKEN = TOKEN

    with django_assert_num_queries(4 if status == 200 else 0):
        response = client.get("/readyz", headers=shown)

    assert response.status_code == status
    if status == 200:
        assert response.json()["status"] == "ready"
        assert response.json()["checks"]["oldest_due_message"] == {"ok": True, "age": None}
    else:
        assert response.json() == {"status": "not told"}
        assert response["WWW-Authenticate"] == "Bearer"


@pytest.mark.usefixtures("_all_alive")
@pytest.mark.parametrize(
    ("queue", "minutes", "status"),
    [(Queue.MAIL, 14, 200), (Queue.MAIL, 16, 503), (Queue.BULK, 119, 200), (Queue.BULK, 121, 503)],
)
def test_readyz_is_not_ready_once_mail_has_waited_for_the_server_long_enough(
    client, queue, minutes, status
):
    at = now()
    MessageFactory(status=MessageStatus.SENT, sent_at=at - timedelta(minutes=200))
    # Tried a second ago, and not due again for hours.
    MessageFactory(
        queue=queue,
        first_due_at=at - timedelta(minutes=minutes),
        due_at=at + timedelta(hours=6),
        server_trouble_at=at - timedelta(seconds=1),
        server_response="535 5.7.8 secret@p2c.example",
    )

    response = client.get("/readyz")

    assert response.status_code == status
    checks = response.json()["checks"]
    is_fine = status == 200
    assert checks["oldest_due_message"]["ok"] is is_fine
    assert checks["oldest_due_message"]["age"] in range(minutes * 60, minutes * 60 + 30)
    assert checks["mail_server"]["ok"] is is_fine
    assert checks["mail_server"]["waiting"] == 1
    assert checks["mail_server"]["last_handed_over"] in range(12_000, 12_030)
    # The page is public.
    assert "535" not in response.text


@pytest.mark.usefixtures("_all_alive")
@pytest.mark.parametrize(("minutes", "status"), [(14, 200), (16, 503)])
def test_readyz_is_not_ready_once_the_mailbox_was_not_read_for_long(
    client, settings, minutes, status
):
    settings.MAILBOX_URL = "imaps://portal:secret@mail.example"
    MailboxReadingFactory(read_at=now() - timedelta(minutes=minutes))

    response = client.get("/readyz")

    assert response.status_code == status
    mailbox = response.json()["checks"]["mailbox"]
    assert mailbox["ok"] is (status == 200)
    assert mailbox["last_read"] in range(minutes * 60, minutes * 60 + 30)


@pytest.mark.usefixtures("_all_alive")
def test_readyz_says_nothing_about_a_mailbox_that_is_not_read(client, settings):
    MailboxReadingFactory(read_at=now() - timedelta(hours=1))

    assert "mailbox" not in client.get("/readyz").json()["checks"]
    settings.MAILBOX_URL = "imaps://portal:secret@mail.example"
    settings.MAIL_ALLOWLIST = ["p2c.example"]
    assert "mailbox" not in client.get("/readyz").json()["checks"]


def test_readyz_answers_soon_when_the_broker_hangs(client):
    # The first request of a process loads all URLs.
    client.get("/readyz")
    started = time.monotonic()
    with silent_broker():
        response = client.get("/readyz")
    took = time.monotonic() - started

    assert took < 2
    assert response.json()["checks"]["broker"] == {"ok": False}


@pytest.mark.parametrize("error", [DatabaseError, OperationalError, InterfaceError])
def test_readyz_says_so_without_a_database(client, error):
    def fail(*args):
        raise error

    with connection.execute_wrapper(fail):
        response = client.get("/readyz")

    assert response.status_code == 503
    assert response.json()["checks"]["database"] == {"ok": False}
    assert response.json()["checks"]["oldest_due_message"] == {"ok": False, "age": None}


def failing_checks(response):
    assert response.status_code == 503
    assert response.json()["status"] == "not ready"
    return [name for name, check in response.json()["checks"].items() if not check["ok"]]


@pytest.mark.parametrize(("path", "status"), [("/healthz", 200), ("/readyz", 503), ("/en/", 301)])
def test_health_is_told_without_https_to_a_name_that_is_allowed(client, settings, path, status):
    settings.ALLOWED_HOSTS = ["portal.example"]
    settings.SECURE_SSL_REDIRECT = True

    answers = [
        client.get(path, headers={"host": host}).status_code
        for host in ("portal.example", "127.0.0.1")
    ]

    assert answers == [status, 400]


@pytest.mark.usefixtures("_all_alive")
@pytest.mark.parametrize(
    ("rows", "seconds", "failing"),
    [
        ({"name": BEAT}, None, "beat"),
        ({"name": BEAT}, -600, "beat"),
        ({"queue": Queue.BULK}, -120, "workers"),
        ({"queue": Queue.BULK}, 3600, "clocks"),
    ],
)
def test_readyz_is_not_ready_without_each_process_at_its_time(client, rows, seconds, failing):
    changed = Heartbeat.objects.filter(**rows)
    if seconds is None:
        changed.delete()
    else:
        changed.update(at=now() + timedelta(seconds=seconds))

    response = client.get("/readyz")

    assert failing_checks(response) == [failing]
    checks = response.json()["checks"]
    if failing == "workers":
        assert checks["workers"]["alive"] == {"mail": 1, "bulk": 0}
    if failing == "clocks":
        assert checks["clocks"]["ahead"] in range(3598, 3601)


@pytest.mark.usefixtures("_all_alive")
def test_readyz_is_not_ready_when_a_message_is_overdue_or_without_a_broker(client):
    with refusing_broker():
        without_broker = client.get("/readyz")
    MessageFactory(due_at=now() - timedelta(minutes=16))

    assert failing_checks(without_broker) == ["broker"]
    assert failing_checks(client.get("/readyz")) == ["oldest_due_message"]
