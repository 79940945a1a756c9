"""Celery beat's schedule file on a full disk."""

import shelve

import pytest

from p2c_portal.beat import LockedScheduler
from p2c_portal.celery import app
from tests.full_disk import room_for


@pytest.fixture
def file(tmp_path):
    return tmp_path / "schedule"


def a_beat(file):
    return LockedScheduler(app=app, schedule_filename=str(file))


def entries_in(file):
    with shelve.open(str(file), flag="r") as kept:  # noqa: S301  # Our own.
        return set(kept["entries"])


def test_beat_keeps_its_schedule_in_its_file(file, settings):
    a_beat(file).close()

    assert entries_in(file) >= set(settings.CELERY_BEAT_SCHEDULE)


def test_beat_without_room_ends_with_a_status_says_why_and_spoils_nothing(file, caplog):
    a_beat(file).close()
    before = entries_in(file)

    with room_for(0), pytest.raises(SystemExit) as ended:
        a_beat(file)

    assert ended.value.code == 1
    [said] = caplog.messages
    assert said.startswith(f"Beat does not start: it cannot write its file {file} ([Errno 27]")
    assert said.endswith("or name another one in CELERY_BEAT_SCHEDULE_FILENAME.")
    assert entries_in(file) == before


def test_beat_in_a_folder_that_is_none_ends_with_a_status_and_says_why(file, caplog):
    file.write_text("")

    with pytest.raises(SystemExit) as ended:
        a_beat(file / "schedule")

    assert ended.value.code == 1
    assert "Beat does not start" in caplog.text


def test_beat_goes_on_where_the_disk_becomes_full(file, caplog):
    clock = a_beat(file)
    entry = clock.schedule["outbox.tasks.sweep"]
    clock.schedule["outbox.tasks.sweep"] = next(entry)

    with room_for(0):
        clock.sync()
        clock.close()

    assert caplog.messages[0].startswith(f"Beat goes on, but cannot write its file {file} (")
    assert entries_in(file)
