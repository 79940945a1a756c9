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
            "SELECT quote_ident(sequencename) FROM pg_sequences WHERE schemaname = current_schema()"
        )
        names = [name for (name,) in cursor.fetchall()]
        # Asked of each itself: the list does not tell the number of one that was set and not used.
        numbers = " UNION ALL ".join(
            f"SELECT '{name}', last_value + is_called::int FROM {name}"  # noqa: S608  # As quoted.
            for name in names
        )
        cursor.execute(numbers)
        return cursor.fetchall()
