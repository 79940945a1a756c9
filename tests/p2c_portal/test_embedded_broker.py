import sqlite3
import threading
from contextlib import closing

import pytest
from kombu import Connection
from kombu.transport import sqlalchemy as stock
from kombu.transport.virtual import Empty

from p2c_portal.databases import QuickConnection, delete_taken_tasks
from p2c_portal.tasks import delete_taken_tasks as delete_taken_tasks_by_beat
from tests.full_disk import room_for


@pytest.fixture
def file(tmp_path):
    return tmp_path / "broker.sqlite3"


@pytest.fixture
def opened(file):
    """Open channels to one file, as processes with a common broker do."""
    connections, channels = [], []
    options = {"connect_args": {"factory": QuickConnection, "timeout": 10}}

    def open_channel():
        connection = Connection(f"sqla+sqlite:///{file}", transport_options=options)
        connections.append(connection)
        channels.append(connection.channel())
        return channels[-1]

    yield open_channel
    for channel in channels:
        channel.session.close()
    for connection in connections:
        connection.release()
    # This process has opened the file, which another test must not reuse.
    engine, _session = stock.Channel._engines.pop(f"sqlite:///{file}")
    engine.dispose()


def kept(file):
    """Count the tasks in a file, claimed or not."""
    with closing(sqlite3.connect(file)) as connection:
        (count,) = connection.execute("SELECT count(*) FROM kombu_message").fetchone()
    return count


def test_quick_connection_waits_neither_for_the_disk_nor_for_readers(file):
    connection = sqlite3.connect(file, factory=QuickConnection, timeout=1)

    modes = [
        connection.execute(f"PRAGMA {name}").fetchone()[0]
        for name in ("journal_mode", "synchronous", "busy_timeout")
    ]

    connection.close()
    assert modes == ["wal", 0, 1000]


def test_delete_taken_tasks_leaves_those_that_wait(opened, file):
    channel = opened()
    for task in range(4):
        channel._put("mail", {"task": task})
    channel._get("mail")
    channel._get("mail")
    assert kept(file) == 4

    assert delete_taken_tasks(str(file)) == 2

    assert kept(file) == 2
    assert [channel._get("mail")["task"] for _time in range(2)] == [2, 3]


def test_beat_has_taken_tasks_deleted_from_the_file_of_the_settings(opened, file, settings):
    settings.EMBEDDED_BROKER_FILE = str(file)
    channel = opened()
    channel._put("mail", {})
    channel._get("mail")

    delete_taken_tasks_by_beat()

    assert kept(file) == 0


def test_two_who_take_at_once_never_take_the_same_while_taken_ones_are_deleted(opened, file):
    putting, *taking = opened(), opened(), opened()
    for task in range(50):
        putting._put("mail", {"task": task})
    start, taken, is_over = threading.Barrier(3), [], threading.Event()

    def take_all(channel):
        start.wait()
        while True:
            try:
                taken.append(channel._get("mail")["task"])
            except Empty:
                return

    def delete_again_and_again():
        start.wait()
        while not is_over.is_set():
            delete_taken_tasks(str(file))

    takers = [threading.Thread(target=take_all, args=[channel]) for channel in taking]
    deleter = threading.Thread(target=delete_again_and_again)
    for thread in (*takers, deleter):
        thread.start()
    for thread in takers:
        thread.join()
    is_over.set()
    deleter.join()

    assert sorted(taken) == list(range(50))
    delete_taken_tasks(str(file))
    assert kept(file) == 0


def test_full_disk_is_trouble_with_the_broker_and_loses_no_task(opened, file):
    channel = opened()
    channel._put("mail", {"number": 1})

    # As with a locked file: the sweep publishes the task later.
    with pytest.raises(stock.Transport.connection_errors), room_for(0):
        channel._put("mail", {"number": 2})

    channel._put("mail", {"number": 3})
    assert kept(file) == 2
