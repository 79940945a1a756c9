"""The contents of the database as text, as in a dump, and the bytes of its files."""

import re
import subprocess
from pathlib import Path

from django.core.files.storage import default_storage
from django.db import connection

from tests.processes import program

ROW = re.compile(r'^INSERT INTO (?:public\.)?"?(\w+)"? ', re.MULTILINE)


def tables_with(*words):
    """Return the tables that contain one of some words, in any column and case, with the word."""
    found = set()
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608
            text = "\n".join(map(repr, cursor.fetchall())).casefold()
            found |= {(table, word) for word in words if word.casefold() in text}
    return found


def dump_by_table():
    """Return a whole dump of the committed rows as bytes, by table."""
    before, *parts = ROW.split(_dump())
    assert parts, before
    tables = {}
    for table, rows in zip(parts[::2], parts[1::2], strict=True):
        tables.setdefault(table, []).append(rows.encode())
    return {table: b"".join(rows) for table, rows in tables.items()}


def _dump():
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        return "\n".join(connection.connection.iterdump())
    database = connection.settings_dict
    command = [
        program("pg_dump"),
        *("--inserts", "--data-only", "--no-owner"),
        *("--host", database["HOST"], "--port", str(database["PORT"] or 5432)),
        *("--username", database["USER"], database["NAME"]),
    ]
    environment = {"PGPASSWORD": database["PASSWORD"]}
    dump = subprocess.run(command, check=True, capture_output=True, env=environment)
    return dump.stdout.decode()


def stored_bytes():
    """Return the bytes of all files of the portal, by path: those of SQLite too, with its pages.

    What SQLite deleted must be gone from its pages, and from its log once that is written back.
    """
    folder = Path(default_storage.location)
    files = [path for path in folder.rglob("*") if path.is_file()]
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        name = str(connection.settings_dict["NAME"])
        files += [path for path in (Path(name), Path(f"{name}-wal")) if path.is_file()]
    return {path: path.read_bytes() for path in files}
