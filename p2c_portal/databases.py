"""Options for connections to the databases, and the embedded broker: a SQLite file."""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from typing import Any, Final

# Seconds to wait for a server that accepts a connection but does not answer.
CONNECT_TIMEOUT: Final = 5
SQLITE_OPTIONS: Final = {
    # Writers wait for each other instead of failing.
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    # What is deleted is overwritten, because an erased person must not be left in the file.
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA secure_delete=ON;",
}


def postgresql_database(given: Mapping[str, Any], *, server_options: str) -> dict[str, Any]:
    """Return the settings of a PostgreSQL, for the options in its URL."""
    return {
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": postgresql_options(given, server_options=server_options),
        # Independent of the default encoding of the cluster.
        "TEST": {"CHARSET": "UTF8", "TEMPLATE": "template0"},
    }


def postgresql_options(given: Mapping[str, Any], *, server_options: str) -> dict[str, Any]:
    """Return the OPTIONS of a database: those from its URL and the portal's own.

    `server_options` are sent to the server when connecting, as `psql` sends PGOPTIONS. The options
    from the URL come after them and take precedence.
    """
    options = {"connect_timeout": CONNECT_TIMEOUT, **given}
    if in_turn := [each for each in (server_options, given.get("options")) if each]:
        options["options"] = " ".join(in_turn)
    return options


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
