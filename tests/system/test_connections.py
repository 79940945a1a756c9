"""The connections of a worker to the database."""

import pytest
from django.db import connection

from tests.portal import beat, worker
from tests.processes import PATIENCE, eventually
from tests.system.mail import all_sent, fill

pytestmark = [
    pytest.mark.patient,
    pytest.mark.postgresql_in_ci,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor == "sqlite", reason="a file needs no connection"),
]

# The messages of two tasks.
MANY = 20


def servers_of_workers():
    """Return the process IDs of the server that last recorded the result of a message."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database()"
            " AND query LIKE 'UPDATE \"outbox_message\" SET%' AND state = 'idle'"
        )
        return {pid for (pid,) in cursor.fetchall()}


def end(servers):
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(pid) FROM unnest(%s) pid", [list(servers)])


def test_worker_keeps_its_connection_between_tasks_and_replaces_a_broken_one(
    own_sink, given, tmp_path
):
    with (
        beat(given, tmp_path),
        worker(given, tmp_path, queues="mail", concurrency=1),
        worker(given, tmp_path, queues="sweep", concurrency=1, name="sweeper"),
    ):
        fill(MANY)
        assert all_sent(within=PATIENCE)
        assert eventually(servers_of_workers, within=PATIENCE)
        first = servers_of_workers()
        fill(MANY)
        assert all_sent(within=PATIENCE)
        again = servers_of_workers()
        end(again)
        fill(MANY)
        assert all_sent(within=PATIENCE)

    assert len(first) == 1
    assert again == first
    assert len(own_sink.arrived) == 3 * MANY
