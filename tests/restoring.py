"""A backup of the whole database, and restoring it."""

from django.db import connection

from tests.emptying import KeptFile, KeptRows


class Backup:
    """The contents of the database, including the next numbers of its sequences."""

    def __init__(self):
        self.content = KeptFile() if connection.vendor == "sqlite" else KeptRows()
        self.sequences = [] if connection.vendor == "sqlite" else sequences()

    def restore(self):
        """Replace the current contents with the backup."""
        self.content.give_back()
        with connection.cursor() as cursor:
            for name, next_number in self.sequences:
                cursor.execute("SELECT setval(%s, %s, false)", [name, next_number])

    def close(self):
        """Delete the backup."""
        if connection.vendor == "sqlite":
            self.content.memory.close()


def sequences():
    """Return the sequences of PostgreSQL, each with its next number."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT quote_ident(sequencename) FROM pg_sequences WHERE schemaname = current_schema()"
        )
        names = [name for (name,) in cursor.fetchall()]
        # Each sequence is queried, because the catalogue does not contain the number of one that
        # was set but not used.
        numbers = " UNION ALL ".join(
            f"SELECT '{name}', last_value + is_called::int FROM {name}"  # noqa: S608  # As quoted.
            for name in names
        )
        cursor.execute(numbers)
        return cursor.fetchall()
