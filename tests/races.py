"""Two concurrent calls in real transactions and connections, always in the same order."""

import threading
from contextlib import contextmanager

import pytest
from django.db import connection
from django.db.models import QuerySet

POSTGRESQL_ONLY = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        connection.vendor != "postgresql", reason="SQLite has one writer at a time by itself"
    ),
]
WRITES = ("INSERT INTO", "INSERT OR IGNORE INTO", "UPDATE", "DELETE FROM")
# On SQLite, these wait while another connection writes: there, a transaction begins with a lock.
WAITS_ON_SQLITE = (*WRITES, "BEGIN")


class Overtaking:
    """A call in its own thread and connection, and its outcome."""

    def __init__(self, call):
        self.call = call
        self.process_id = self.outcome = None
        self.is_writing = False
        self.thread = threading.Thread(target=self._run)

    def _run(self):
        try:
            connection.ensure_connection()
            if connection.vendor == "postgresql":
                self.process_id = connection.connection.info.backend_pid
            with connection.execute_wrapper(self._note_writing):
                self.outcome = outcome_of(self.call)
        finally:
            connection.close()

    def _note_writing(self, execute, sql, params, many, context):
        self.is_writing = sql.lstrip().startswith(WAITS_ON_SQLITE)
        try:
            return execute(sql, params, many, context)
        finally:
            self.is_writing = False

    def start_and_get_as_far_as_it_can(self):
        """Start it, and return when it is done or waits for a lock of the other call."""
        self.thread.start()
        while self.thread.is_alive() and not self._waits_for_a_lock():
            self.thread.join(0.002)

    def _waits_for_a_lock(self):
        if connection.vendor != "postgresql":
            # A write of the other call waits as soon as this connection is in a transaction.
            return connection.in_atomic_block and self.is_writing
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT EXISTS (SELECT FROM pg_locks WHERE pid = %s AND NOT granted)",
                [self.process_id],
            )
            return cursor.fetchone()[0]


def outcome_of(call):
    try:
        return call()
    except Exception as refused:  # noqa: BLE001  # Whatever it is, it is what came of it.
        return refused


def overtaken(call, by, *, at):
    """Make one call, and another one during it; return both outcomes.

    The second call runs as far as possible just before the first writes to the table `at`. By then,
    the first has read its data, which the second can change unless there is a lock. With "after ",
    it runs just after that write, before the first commits.
    """
    table = at.removeprefix("after ")
    other = Overtaking(by)

    def let_the_other_overtake(execute, sql, params, many, context):
        is_write = sql.startswith(WRITES) and f'"{table}"' in sql.partition("(")[0]
        if not is_write or other.thread.ident:
            return execute(sql, params, many, context)
        if at == table:
            other.start_and_get_as_far_as_it_can()
        result = execute(sql, params, many, context)
        if at != table:
            other.start_and_get_as_far_as_it_can()
        return result

    with connection.execute_wrapper(let_the_other_overtake):
        outcome = outcome_of(call)
    assert other.thread.ident, f"Nothing was written to {table}"
    other.thread.join()
    return outcome, other.outcome


@contextmanager
def without_locks():
    """Disable row locks, to show that a lock prevents both calls from succeeding."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(QuerySet, "select_for_update", lambda queryset, **how: queryset.all())
        yield
