"""The embedded broker, a SQLite file on one machine: how to open it and keep it small."""

import sqlite3
from contextlib import closing
from typing import Any


class QuickConnection(sqlite3.Connection):
    """A connection that does not wait for the disk at each task.

    A task that is lost in a power cut does no harm: the message is a row in the database, and the
    sweep publishes it again.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.execute("PRAGMA journal_mode=WAL")
        self.execute("PRAGMA synchronous=OFF")


def delete_taken_tasks(file: str) -> int:
    """Delete the tasks that a worker has received, and return their number.

    Kombu's SQLAlchemy transport only marks them as invisible, and never deletes them.
    """
    with closing(sqlite3.connect(file, factory=QuickConnection)) as connection, connection:
        return connection.execute("DELETE FROM kombu_message WHERE NOT visible").rowcount
