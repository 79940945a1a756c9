"""Celery beat is killed, started twice, or may write no file."""

import pytest
from django.db import connection
from django.utils.timezone import now

from outbox.models import BEAT, Heartbeat, Message
from tests.portal import beat, worker
from tests.processes import PATIENCE, eventually
from tests.system.mail import all_sent, fill, repeats

pytestmark = [
    pytest.mark.patient,
    pytest.mark.postgresql_in_ci,
    pytest.mark.django_db(transaction=True),
]

# The embedded broker delivers only a few tasks per second.
MANY = 100 if connection.vendor == "postgresql" else 10


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


def test_beat_that_can_write_no_file_works_all_the_same(given, own_sink, tmp_path):
    (tmp_path / "a-file").write_text("")
    clock = beat(given, tmp_path, files="a-file/files")
    fill(1)

    with worker(given, tmp_path), clock:
        assert all_sent(within=PATIENCE)

    assert len(own_sink.arrived) == 1


def test_second_beat_goes_on_when_the_first_has_ended(given, own_sink, tmp_path):
    first, second = (beat(given, tmp_path, name=name, files="shared") for name in ("one", "two"))

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


def test_beat_that_waits_ends_when_it_is_told_to(given, tmp_path):
    beats = [beat(given, tmp_path, name=name, files="shared") for name in ("one", "two")]

    def waiting():
        return [each for each in beats if "waiting" in each.log.read_text()]

    with beats[0], beats[1]:
        assert eventually(waiting, within=PATIENCE)
        [told] = waiting()

        told.stop()

    assert told.process.returncode == 0
    assert "Traceback" not in told.log.read_text()


@pytest.mark.parametrize(
    "is_one_machine",
    [
        pytest.param(True, id="one-machine"),
        pytest.param(
            False,
            id="two-machines",
            marks=pytest.mark.skipif(connection.vendor == "sqlite", reason="once is enough"),
        ),
    ],
)
def test_two_beats_by_mistake_do_no_harm(given, own_sink, tmp_path, is_one_machine):
    first = beat(given, tmp_path, files="one")
    second = beat(given, tmp_path, name="second", files="one" if is_one_machine else "two")
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
