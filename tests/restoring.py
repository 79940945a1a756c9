"""A copy of the whole database, and going back to it as after a disaster."""

from django.db import connection

from tests.emptying import KeptFile, KeptRows


class Backup:
    """What was in the database, down to the numbers that the next rows get."""

    def __init__(self):
        self.content = KeptFile() if connection.vendor == "sqlite" else KeptRows()
        self.sequences = [] if connection.vendor == "sqlite" else sequences()

    def restore(self):
        """Put it back in place of what is there now."""
        self.content.give_back()
        with connection.cursor() as cursor:
            for name, next_number in self.sequences:
                cursor.execute("SELECT setval(%s, %s, false)", [name, next_number])

    def close(self):
        """Let go of the copy."""
        if connection.vendor == "sqlite":
            self.content.memory.close()


def sequences():
    """Return the sequences of PostgreSQL, each with the number that it gives next."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT quote_ident(sequencename), coalesce(last_value + 1, start_value)"
            " FROM pg_sequences WHERE schemaname = current_schema()"
        )
        return cursor.fetchall()
