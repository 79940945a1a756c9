from django.db import migrations

COLUMNS = {
    "members_member": ("organisation_name", "acronym", "reference"),
    "members_focalpoint": ("given_name", "family_name", "email"),
}


def name_of(table):
    return f"{table}_short_words"


def add_indexes(apps, schema_editor):
    """Index each letter three times, so that one or two letters have trigrams as well.

    In the very words of members/admin/search.py. SQLite reads the index that it has.
    """
    if schema_editor.connection.vendor != "postgresql":
        return
    for table, columns in COLUMNS.items():
        how = ", ".join(
            rf"REGEXP_REPLACE(UPPER({column}), '(.)', '\1\1\1', 'g') gin_trgm_ops"
            for column in columns
        )
        schema_editor.execute(f"CREATE INDEX {name_of(table)} ON {table} USING gin ({how})")


def remove_indexes(apps, schema_editor):
    for table in COLUMNS:
        schema_editor.execute(f"DROP INDEX IF EXISTS {name_of(table)}")


class Migration(migrations.Migration):
    """A search for one or two letters is answered from an index, too."""

    dependencies = [("members", "0020_replied_ahead_of_the_queue")]

    operations = [migrations.RunPython(add_indexes, remove_indexes)]
