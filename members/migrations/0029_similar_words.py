from django.db import migrations

COLUMNS = {
    "members_member": ("organisation_name", "acronym", "reference"),
    "members_focalpoint": ("given_name", "family_name", "email"),
}


def name_of(table):
    return f"{table}_similar_words"


def add_indexes(apps, schema_editor):
    """Index the words without their accents, so that similar ones are found.

    In the very words of members/admin/search.py. SQLite knows no likeness.
    """
    if schema_editor.connection.vendor != "postgresql":
        return
    for table, columns in COLUMNS.items():
        how = ", ".join(
            rf"REGEXP_REPLACE(NORMALIZE(UPPER({column}), NFD), '[\u0300-\u036F]', '', 'g')"
            " gin_trgm_ops"
            for column in columns
        )
        schema_editor.execute(f"CREATE INDEX {name_of(table)} ON {table} USING gin ({how})")


def remove_indexes(apps, schema_editor):
    for table in COLUMNS:
        schema_editor.execute(f"DROP INDEX IF EXISTS {name_of(table)}")


class Migration(migrations.Migration):
    """A search finds what is like the words, too, and an index answers."""

    dependencies = [("members", "0028_notes_are_internal")]

    operations = [migrations.RunPython(add_indexes, remove_indexes)]
