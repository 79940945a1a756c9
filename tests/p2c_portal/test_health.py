import time
from datetime import timedelta

import pytest
from django.db import DatabaseError, InterfaceError, OperationalError, connection
from django.utils.timezone import now

from outbox.models import BEAT, Heartbeat, MessageStatus, Queue
from tests.broker import refusing_broker, silent_broker
from tests.factories import HeartbeatFactory, MessageFactory


def all_alive(seconds_ago=0):
    at = now() - timedelta(seconds=seconds_ago)
    HeartbeatFactory(name=BEAT, at=at)
    for queue in Queue:
        HeartbeatFactory(name=f"{queue}@host", queue=queue, at=at)


def test_healthz_says_alive_without_asking_the_database(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        response = client.get("/healthz")

    assert (response.status_code, response.json()) == (200, {"status": "alive"})
    assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_health_is_asked_not_told(client, path):
    assert client.post(path).status_code == 405


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_health_answers_only_to_a_name_that_is_allowed(client, settings, path):
    settings.ALLOWED_HOSTS = ["portal.example"]
    settings.SECURE_SSL_REDIRECT = True

    answers = {
        host: client.get(path, headers={"host": host}).status_code
        for host in ("portal.example", "127.0.0.1")
    }

    assert answers == {"portal.example": 200 if path == "/healthz" else 503, "127.0.0.1": 400}


def test_readyz_is_ready_when_everything_is_there(client, django_assert_num_queries):
    all_alive(seconds_ago=3)
    MessageFactory(due_at=now() - timedelta(minutes=2))

    with django_assert_num_queries(3):
        response = client.get("/readyz")

    assert response.status_code == 200
    answer = response.json()
    assert answer["status"] == "ready"
    assert answer["checks"]["database"] == {"ok": True}
    assert answer["checks"]["broker"] == {"ok": True}
    assert answer["checks"]["beat"]["age"] in (3, 4, 5)
    assert answer["checks"]["workers"] == {"ok": True, "alive": {"mail": 1, "bulk": 1}}
    assert answer["checks"]["oldest_due_message"]["age"] in (120, 121, 122)


TOKEN = "a-token-of-monitors-alone"


@pytest.mark.parametrize(
    ("shown", "status"),
    [
        ({}, 401),
        ({"authorization": TOKEN}, 401),
        ({"authorization": "Bearer"}, 401),
        ({"authorization": "Bearer another-token-of-somebody"}, 401),
        ({"authorization": "Bearer ключ"}, 401),
        ({"authorization": f"Basic {TOKEN}"}, 401),
        ({"authorization": f"Bearer {TOKEN}"}, 200),
    ],
)
def test_readyz_is_told_to_who_shows_the_token_where_one_is_set(client, settings, shown, status):
    settings.READYZ_TOKEN = TOKEN
    all_alive()

    response = client.get("/readyz", headers=shown)

    assert response.status_code == status
    assert response.json()["status"] == ("ready" if status == 200 else "not told")
    assert response.get("WWW-Authenticate") == (None if status == 200 else "Bearer")
    assert ("checks" in response.json()) is (status == 200)


def test_readyz_asks_nothing_for_who_shows_no_token(client, settings, django_assert_num_queries):
    settings.READYZ_TOKEN = TOKEN

    with django_assert_num_queries(0):
        response = client.get("/readyz")

    assert response.json() == {"status": "not told"}


def test_healthz_is_open_and_says_nothing_where_readyz_is_closed(client, settings):
    settings.READYZ_TOKEN = TOKEN

    response = client.get("/healthz")

    assert (response.status_code, response.json()) == (200, {"status": "alive"})


def test_readyz_is_ready_when_nothing_waits(client):
    all_alive()

    response = client.get("/readyz")

    assert response.status_code == 200
    assert response.json()["checks"]["oldest_due_message"] == {"ok": True, "age": None}


@pytest.mark.parametrize("age", [None, timedelta(minutes=10)])
def test_readyz_is_not_ready_when_beat_is_silent(client, age):
    all_alive()
    Heartbeat.objects.filter(name=BEAT).delete()
    if age:
        HeartbeatFactory(name=BEAT, at=now() - age)

    response = client.get("/readyz")

    assert response.status_code == 503
    answer = response.json()
    assert answer["status"] == "not ready"
    assert [name for name, check in answer["checks"].items() if not check["ok"]] == ["beat"]


def test_readyz_is_not_ready_when_a_queue_has_no_worker(client):
    all_alive()
    Heartbeat.objects.filter(queue=Queue.BULK).update(at=now() - timedelta(minutes=2))

    response = client.get("/readyz")

    assert response.status_code == 503
    checks = response.json()["checks"]
    assert [name for name, check in checks.items() if not check["ok"]] == ["workers"]
    assert checks["workers"]["alive"] == {"mail": 1, "bulk": 0}


def test_readyz_is_not_ready_when_a_message_is_overdue(client):
    all_alive()
    MessageFactory(due_at=now() - timedelta(minutes=16))

    response = client.get("/readyz")

    assert response.status_code == 503
    checks = response.json()["checks"]
    assert [name for name, check in checks.items() if not check["ok"]] == ["oldest_due_message"]


@pytest.mark.parametrize(
    ("queue", "minutes", "status"),
    [(Queue.MAIL, 14, 200), (Queue.MAIL, 16, 503), (Queue.BULK, 119, 200), (Queue.BULK, 121, 503)],
)
def test_readyz_is_not_ready_once_mail_has_waited_for_the_server_long_enough(
    client, queue, minutes, status
):
    at = now()
    all_alive()
    MessageFactory(status=MessageStatus.SENT, sent_at=at - timedelta(minutes=200))
    # Tried a second ago, and not before hours again.
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
    assert checks["oldest_due_message"]["age"] in range(minutes * 60, minutes * 60 + 3)
    assert checks["mail_server"]["ok"] is is_fine
    assert checks["mail_server"]["waiting"] == 1
    assert checks["mail_server"]["last_handed_over"] in range(12_000, 12_003)
    # Anybody may ask.
    assert "535" not in response.text


def test_readyz_is_not_ready_while_a_clock_is_ahead(client):
    all_alive()
    Heartbeat.objects.filter(queue=Queue.BULK).update(at=now() + timedelta(hours=1))

    response = client.get("/readyz")

    assert response.status_code == 503
    checks = response.json()["checks"]
    assert [name for name, check in checks.items() if not check["ok"]] == ["clocks"]
    assert checks["clocks"]["ahead"] in range(3598, 3601)


def test_readyz_is_not_ready_without_a_broker(client):
    all_alive()

    with refusing_broker():
        response = client.get("/readyz")

    assert response.status_code == 503
    checks = response.json()["checks"]
    assert [name for name, check in checks.items() if not check["ok"]] == ["broker"]


def test_readyz_answers_soon_when_the_broker_hangs(client):
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


def test_health_is_told_without_https(client, settings):
    settings.SECURE_SSL_REDIRECT = True

    answers = [client.get(path).status_code for path in ("/healthz", "/readyz", "/en/")]

    assert answers == [200, 503, 301]
