from importlib import import_module

from django.db import migrations

BEFORE = import_module("members.migrations.0010_search")
MADE_ANEW = "members_member"


def add_index(apps, schema_editor):
    """Index again what icontains asks for, where SQLite made the table anew and lost the index."""
    if schema_editor.connection.vendor == "postgresql":
        return
    how = ", ".join(BEFORE.COLUMNS[MADE_ANEW])
    schema_editor.execute(
        f"CREATE INDEX IF NOT EXISTS {BEFORE.name_of(MADE_ANEW)} ON {MADE_ANEW} ({how})"
    )


class Migration(migrations.Migration):
    """The search of the queue is answered from indexes on SQLite, too, as it was before."""

    dependencies = [("members", "0035_member_origin")]

    operations = [migrations.RunPython(add_index, migrations.RunPython.noop)]
