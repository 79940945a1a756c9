"""Makes the table of the database cache, so that `migrate` alone is enough."""

from django.core.management import call_command
from django.db import migrations


def create_cache_table(apps, schema_editor):
    call_command("createcachetable", "portal_cache", database=schema_editor.connection.alias)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [
        migrations.RunPython(
            create_cache_table,
            lambda apps, schema_editor: schema_editor.execute("DROP TABLE portal_cache"),
        ),
    ]
