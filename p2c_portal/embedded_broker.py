"""The broker of one machine, a SQLite file: how its connections are opened."""

import sqlite3
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
