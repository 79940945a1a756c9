"""Everything that a database holds, as text: what a dump of it would show."""

from django.db import connection


def tables_with(*words):
    """Return which tables hold one of some words, in whatever column and case, and which word."""
    found = set()
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608
            text = "\n".join(map(repr, cursor.fetchall())).casefold()
            found |= {(table, word) for word in words if word.casefold() in text}
    return found
