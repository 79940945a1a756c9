"""What is stored, and which tables change in a block."""

import re
from contextlib import contextmanager

from django.apps import apps
from django.db import connection

from accounts.models import ListReading, ReadingEvent, Session, SignInEvent
from core.models import AttemptCount

# A statement that changes a table, and the tables that may change: sessions, attempts and events.
WRITING = re.compile(r'(?:INSERT|UPDATE|DELETE|REPLACE)\b[^"]*"(\w+)"')
UNWATCHED = {
    model._meta.db_table
    for model in (AttemptCount, ListReading, ReadingEvent, Session, SignInEvent)
}


def everything_stored():
    """Return all rows of all tables, except those about sessions, attempts and events."""
    stored = {}
    with connection.cursor() as cursor:
        for model in apps.get_models(include_auto_created=True):
            table, key = model._meta.db_table, model._meta.pk.column
            if table not in UNWATCHED:
                cursor.execute(f'SELECT * FROM "{table}" ORDER BY "{key}"')  # noqa: S608
                stored[model._meta.label] = cursor.fetchall()
    return stored


def changed_since(before):
    """Return the tables whose rows have changed."""
    return [name for name, rows in everything_stored().items() if rows != before[name]]


class Changes:
    """Which tables have changed since it began to watch the statements of the connection.

    It reads all rows only before the first statement that writes. Most requests never write.
    """

    def __init__(self):
        self.before = None

    def __call__(self, execute, sql, parameters, many, context):
        written = WRITING.match(sql)
        if self.before is None and written and written[1] not in UNWATCHED:
            self.before = everything_stored()
        return execute(sql, parameters, many, context)

    def tables(self):
        """Return the names of the models whose rows have changed."""
        return [] if self.before is None else changed_since(self.before)


@contextmanager
def watched_changes():
    """Watch which tables change in a block."""
    changes = Changes()
    with connection.execute_wrapper(changes):
        yield changes
