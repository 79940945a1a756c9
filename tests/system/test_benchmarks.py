"""The servers of the benchmarks have default settings, and the portal's connection options."""

from django.db import connection

from benchmarks.databases import on_postgresql
from tests.portal import database_at
from tests.system.conftest import unless_missing

# The addresses and folders, which do not affect the speed.
WHERE_IT_LISTENS = {"listen_addresses", "port", "unix_socket_directories"}
CHANGED = "SELECT name, setting FROM pg_settings WHERE source = 'command line'"
CONNECTION_SETTINGS = "SELECT name, setting FROM pg_settings WHERE source = 'client'"


def test_postgresql_of_the_benchmarks_has_default_settings():
    with (
        unless_missing(),
        on_postgresql() as named,
        database_at(named("portal")),
        connection.cursor() as cursor,
    ):
        cursor.execute(CHANGED)
        changed = dict(cursor.fetchall())
        cursor.execute(CONNECTION_SETTINGS)
        asked = dict(cursor.fetchall())

    assert set(changed) == WHERE_IT_LISTENS
    assert asked["jit"] == "off"
