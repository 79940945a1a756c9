"""Databases for a benchmark, which this process uses."""

import contextlib
from pathlib import Path

from django.core.management import call_command
from django.db import connection

from tests.portal import database_at
from tests.servers import PostgresServer


@contextlib.contextmanager
def on_postgresql():
    """Yield a function that creates and names a database, on a server with default settings.

    The databases sort and compare all scripts, like those in production.
    """
    with PostgresServer() as server:

        def named(name):
            server.execute(
                f'CREATE DATABASE "{name}" TEMPLATE template0 LC_COLLATE "C" LC_CTYPE "C.UTF-8"'
            )
            return server.url(name)

        yield named


@contextlib.contextmanager
def filled(url, fill):
    """Create the tables of a database, fill them, and use it."""
    with database_at(url):
        call_command("migrate", verbosity=0)
        fill()
        yield


def processor_seconds_of_the_server():
    """Return the processor time of the server process of this connection, in seconds."""
    pid = connection.connection.info.backend_pid
    # The first number is in nanoseconds; /proc/…/stat has only hundredths of a second.
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9
