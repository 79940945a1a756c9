import sqlite3
import threading
from contextlib import closing

import pytest
from kombu import Connection
from kombu.transport import sqlalchemy as stock
from kombu.transport.virtual import Empty

from p2c_portal.celery import app
from p2c_portal.embedded_transport import Transport
from tests.full_disk import room_for

TRANSPORT = f"{Transport.__module__}:{Transport.__name__}"


@pytest.fixture
def file(tmp_path):
    return tmp_path / "broker.sqlite3"


@pytest.fixture
def opened(file):
    """Open channels to one file, as processes do that share a broker."""
    connections, channels = [], []

    def open_channel(transport=TRANSPORT):
        connection = Connection(f"sqlite:///{file}", transport=transport)
        connections.append(connection)
        channels.append(connection.channel())
        return channels[-1]

    yield open_channel
    for channel in channels:
        channel.session.close()
    for connection in connections:
        connection.release()
    forget(file)


def forget(file):
    """Forget that this process has opened a file."""
    engine, _session = stock.Channel._engines.pop(f"sqlite:///{file}")
    engine.dispose()


def kept(file):
    """Count the tasks that lie in a file, taken or not."""
    with closing(sqlite3.connect(file)) as connection:
        (count,) = connection.execute("SELECT count(*) FROM kombu_message").fetchone()
    return count


def test_embedded_broker_is_spoken_to_by_our_transport(file):
    connection = app.connection_for_write(f"sqla+sqlite:///{file}")

    assert connection.get_transport_cls() is Transport


def test_tasks_are_taken_in_their_order_each_from_its_queue(opened):
    channel = opened()
    for queue, task in (("mail", 1), ("bulk", 2), ("mail", "Ünïcode ✉")):
        channel._put(queue, {"task": task})

    taken = [channel._get(queue)["task"] for queue in ("mail", "mail", "bulk")]

    assert taken == [1, "Ünïcode ✉", 2]
    with pytest.raises(Empty):
        channel._get("mail")


def test_nothing_stays_of_what_was_taken(opened, file):
    channel = opened()
    channel._put("mail", {})

    channel._get("mail")

    assert kept(file) == 0


def test_what_the_stock_transport_left_is_forgotten_and_what_waits_is_taken(opened, file):
    before = opened("sqlalchemy")
    for task in range(3):
        before._put("mail", {"task": task})
    before._get("mail")
    assert kept(file) == 3
    before.session.close()
    forget(file)

    channel = opened()

    assert channel._get("mail") == {"task": 1}
    assert kept(file) == 1


def test_queue_is_asked_how_much_waits_and_emptied(opened):
    channel = opened()
    for _task in range(3):
        channel._put("mail", {})

    assert channel._size("mail") == 3
    assert channel._purge("mail") == 3
    assert channel._size("mail") == 0


def test_two_who_take_at_once_never_take_the_same(opened):
    putting, *taking = opened(), opened(), opened()
    for task in range(50):
        putting._put("mail", {"task": task})
    start, taken = threading.Barrier(2), []

    def take_all(channel):
        start.wait()
        while True:
            try:
                taken.append(channel._get("mail")["task"])
            except Empty:
                # The other may have taken what was seen.
                if not putting._size("mail"):
                    return

    threads = [threading.Thread(target=take_all, args=[channel]) for channel in taking]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(taken) == list(range(50))


def test_full_disk_is_trouble_with_the_broker_and_loses_no_task(opened, file):
    channel = opened()
    channel._put("mail", {"number": 1})

    # As for a file that is locked: the sweep publishes what it did not take.
    with pytest.raises(Transport.connection_errors), room_for(0):
        channel._put("mail", {"number": 2})

    channel._put("mail", {"number": 3})
    assert kept(file) == 2
