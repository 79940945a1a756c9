"""The contents of the database as text, as in a dump."""

from django.db import connection


def tables_with(*words):
    """Return the tables that contain one of some words, in any column and case, with the word."""
    found = set()
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608
            text = "\n".join(map(repr, cursor.fetchall())).casefold()
            found |= {(table, word) for word in words if word.casefold() in text}
    return found
