"""The database as it is before any test, given back after each that wrote in earnest.

Django would empty every table and have what must exist made anew, which takes longer than many a
test.
"""

import io
import sqlite3

from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction


class KeptFile:
    """All of a database of SQLite."""

    def __init__(self):
        self.memory = sqlite3.connect(":memory:")
        connection.ensure_connection()
        connection.connection.backup(self.memory)

    def give_back(self):
        """Copy it over what is there."""
        connection.ensure_connection()
        self.memory.backup(connection.connection)


class KeptRows:
    """The rows of a database of PostgreSQL."""

    def __init__(self):
        quote = connection.ops.quote_name
        self.tables = [quote(name) for name in connection.introspection.table_names()]
        self.rows = {}
        with connection.cursor() as cursor:
            for table in self.tables:
                rows = io.StringIO()
                cursor.copy_expert(f"COPY {table} TO STDOUT", rows)
                if rows.tell():
                    self.rows[table] = rows

    def give_back(self):
        """Delete whatever is there: TRUNCATE would make each table and index anew.

        Keys between tables are looked at when the transaction ends, so the order is no matter.
        """
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(";".join(f"DELETE FROM {table}" for table in self.tables))  # noqa: S608
            for table, rows in self.rows.items():
                rows.seek(0)
                cursor.copy_expert(f"COPY {table} FROM STDIN", rows)


class Kept:
    """The database of this process."""

    content = None

    def keep(self):
        """Keep what is there now."""
        self.content = KeptFile() if connection.vendor == "sqlite" else KeptRows()

    def give_back(self):
        """Bring it back; what processes remember of other rows is forgotten."""
        self.content.give_back()
        ContentType.objects.clear_cache()


kept = Kept()
