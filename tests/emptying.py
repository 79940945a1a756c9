"""Restores the database after a test that committed.

Django would empty all tables and run all seeds again, which takes longer than many tests.
"""

import io
import sqlite3

from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction


class KeptFile:
    """The contents of a SQLite database."""

    def __init__(self):
        self.memory = sqlite3.connect(":memory:")
        connection.ensure_connection()
        connection.connection.backup(self.memory)

    def give_back(self):
        """Overwrite the database with the stored contents."""
        connection.ensure_connection()
        self.memory.backup(connection.connection)


class KeptRows:
    """The rows of a PostgreSQL database."""

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
        """Delete all rows: TRUNCATE would create each table and index again.

        Foreign keys are checked at the end of the transaction, so the order does not matter.
        """
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(";".join(f"DELETE FROM {table}" for table in self.tables))  # noqa: S608
            for table, rows in self.rows.items():
                rows.seek(0)
                cursor.copy_expert(f"COPY {table} FROM STDIN", rows)


class Kept:
    """The contents of the database of this process."""

    content = None

    def keep(self):
        """Store the current contents."""
        self.content = KeptFile() if connection.vendor == "sqlite" else KeptRows()

    def give_back(self):
        """Restore the contents, and clear caches that processes have of other rows."""
        self.content.give_back()
        ContentType.objects.clear_cache()


kept = Kept()
