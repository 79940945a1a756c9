"""Celery beat is killed, started twice, or has a corrupt file."""

import pytest
from django.db import connection
from django.utils.timezone import now

from outbox.models import BEAT, Heartbeat, Message
from tests.portal import beat, database_url, environment, worker
from tests.processes import PATIENCE, eventually
from tests.system.mail import all_sent, fill, repeats

pytestmark = [
    pytest.mark.patient,
    pytest.mark.postgresql_in_ci,
    pytest.mark.django_db(transaction=True),
]

# The embedded broker delivers only a few tasks per second.
MANY = 100 if connection.vendor == "postgresql" else 10


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


def test_killed_beat_goes_on_where_it_was(given, own_sink, tmp_path):
    with worker(given, tmp_path), beat(given, tmp_path) as clock:
        fill(1)
        assert all_sent(within=PATIENCE)
        clock.kill()
        fill(5)
        while_away = Message.objects.waiting().count()

        clock.start()

        assert all_sent(within=PATIENCE)
    assert while_away == 5
    assert len(own_sink.arrived) == 6
    assert repeats(own_sink) == 0


def test_beat_with_a_broken_file_starts_all_the_same(given, own_sink, tmp_path):
    clock = beat(given, tmp_path)
    schedule = tmp_path / "beat-schedule"
    schedule.write_bytes(b"half of what was to be written")
    fill(1)

    with worker(given, tmp_path), clock:
        assert all_sent(within=PATIENCE)

    assert len(own_sink.arrived) == 1


def test_beat_that_cannot_write_its_file_ends_with_a_status_and_says_why(given, tmp_path):
    (tmp_path / "a-file").write_text("")

    with beat(given, tmp_path, schedule="a-file/schedule") as clock:
        assert eventually(lambda: not clock.is_running, within=PATIENCE)

    assert clock.process.returncode == 1
    said = clock.log.read_text()
    assert "CRITICAL p2c_portal.beat [-] Beat does not start: it cannot write its file" in said
    assert "Traceback" not in said


def test_second_beat_goes_on_when_the_first_has_ended(given, own_sink, tmp_path):
    first, second = (beat(given, tmp_path, name=name, schedule="shared") for name in ("one", "two"))

    with worker(given, tmp_path), first:
        fill(1)
        assert all_sent(within=PATIENCE)
        with second:
            assert eventually(lambda: "waiting" in second.log.read_text(), within=PATIENCE)
            first.kill()
            fill(5)

            assert all_sent(within=PATIENCE)

    assert len(own_sink.arrived) == 6
    assert repeats(own_sink) == 0


@pytest.mark.parametrize(
    "is_one_file",
    [
        pytest.param(True, id="one-file"),
        pytest.param(
            False,
            id="a-file-each",
            marks=pytest.mark.skipif(connection.vendor == "sqlite", reason="once is enough"),
        ),
    ],
)
def test_two_beats_by_mistake_do_no_harm(given, own_sink, tmp_path, is_one_file):
    second_name = "beat" if is_one_file else "second"

    first, second = beat(given, tmp_path), beat(given, tmp_path, name=second_name)
    with worker(given, tmp_path), first, second:
        fill(MANY)
        assert all_sent(within=PATIENCE)
        fill(MANY)
        assert all_sent(within=PATIENCE)
        later = Heartbeat.objects.filter(name=BEAT, at__gt=now())
        assert eventually(later.exists, within=PATIENCE)
        both_run = first.is_running and second.is_running

    assert both_run
    assert len(own_sink.arrived) == 2 * MANY
    assert repeats(own_sink) == 0
