"""Databases of a measurement's own, which this very process works on."""

import contextlib
import os
from pathlib import Path

from django.core.management import call_command
from django.db import connection

from tests.portal import database_at
from tests.servers import PostgresServer

# Of the time that a process worked, the kernel tells so many parts of a second.
TICKS = os.sysconf("SC_CLK_TCK")


@contextlib.contextmanager
def on_postgresql():
    """Give what makes and names a database, on a server of its own with default settings.

    Its databases know the letters of every script, as those in production do.
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
    """Work on a database, with its tables made and rows filled in."""
    with database_at(url):
        call_command("migrate", verbosity=0)
        fill()
        yield


def processor_seconds_of_the_server():
    """Return what the server's process of this connection has worked so far."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        [pid] = cursor.fetchone()
    after_the_name = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(after_the_name[11]) + int(after_the_name[12])) / TICKS
