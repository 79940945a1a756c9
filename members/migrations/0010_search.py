from django.db import migrations

COLUMNS = {
    "members_member": ("organisation_name", "acronym", "reference"),
    "members_focalpoint": ("given_name", "family_name", "email"),
}


def name_of(table):
    return f"{table}_search"


def add_indexes(apps, schema_editor):
    """Index what icontains asks for.

    On PostgreSQL its very words, so that UPPER(column) is looked up. SQLite has nothing for the
    middle of a word: it reads all of an index, which is a small part of the table. No model can
    say that, so a migration that has SQLite make one of these tables anew adds its index again;
    tests/members/test_search.py tells.
    """
    for table, columns in COLUMNS.items():
        if schema_editor.connection.vendor == "postgresql":
            how = ", ".join(f"UPPER({column}) gin_trgm_ops" for column in columns)
            how = f"USING gin ({how})"
        else:
            also = ("member_id",) if table == "members_focalpoint" else ()
            how = f"({', '.join(columns + also)})"
        schema_editor.execute(f"CREATE INDEX {name_of(table)} ON {table} {how}")


def remove_indexes(apps, schema_editor):
    for table in COLUMNS:
        schema_editor.execute(f"DROP INDEX {name_of(table)}")


class Migration(migrations.Migration):
    """The search of the queue is answered from indexes."""

    dependencies = [("members", "0009_trigrams")]

    operations = [migrations.RunPython(add_indexes, remove_indexes)]
