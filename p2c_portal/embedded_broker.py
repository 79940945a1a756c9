"""The broker of one machine, a SQLite file: how it is opened, and how it is kept small."""

import sqlite3
from contextlib import closing
from typing import Any


class QuickConnection(sqlite3.Connection):
    """A connection that does not wait for the disk at each task.

    A task that a power cut takes with it costs nothing: the message is a row of the database,
    and the sweep publishes it anew.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.execute("PRAGMA journal_mode=WAL")
        self.execute("PRAGMA synchronous=OFF")


def delete_taken_tasks(file: str) -> int:
    """Delete the tasks that a worker has taken, and return how many.

    Kombu's SQLAlchemy transport only marks them as taken, and never looks at them again.
    """
    with closing(sqlite3.connect(file, factory=QuickConnection)) as connection, connection:
        return connection.execute("DELETE FROM kombu_message WHERE NOT visible").rowcount
