from django.db import migrations, models

import members.models.focal_point


def create_search_index(apps, schema_editor):
    """Index again what the search looks through: SQLite has made the table anew."""
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute(
            "CREATE INDEX IF NOT EXISTS members_focalpoint_search ON members_focalpoint "
            "(given_name, family_name, email, member_id)"
        )


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0001_initial"),
    ]

    operations = [
        migrations.RunPython(migrations.RunPython.noop, create_search_index),
        migrations.AddField(
            model_name="eoidraft",
            name="link_secret",
            field=models.CharField(
                default=members.models.focal_point.new_link_secret, editable=False, max_length=32
            ),
        ),
        migrations.AddField(
            model_name="focalpoint",
            name="feed_secret",
            field=models.CharField(
                default=members.models.focal_point.new_link_secret, editable=False, max_length=32
            ),
        ),
        migrations.AddField(
            model_name="focalpoint",
            name="link_secret",
            field=models.CharField(
                default=members.models.focal_point.new_link_secret, editable=False, max_length=32
            ),
        ),
        migrations.AddField(
            model_name="successor",
            name="link_secret",
            field=models.CharField(
                default=members.models.focal_point.new_link_secret, editable=False, max_length=32
            ),
        ),
        migrations.RunPython(create_search_index, migrations.RunPython.noop),
    ]
