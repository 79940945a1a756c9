from django.db import migrations, models


def index_again(apps, schema_editor):
    """Add the index of 0010_search again, which SQLite loses by making the table anew."""
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute(
            "CREATE INDEX members_focalpoint_search ON members_focalpoint "
            "(given_name, family_name, email, member_id)"
        )


class Migration(migrations.Migration):
    """Each title has its greeting."""

    dependencies = [("members", "0010_search")]

    operations = [
        migrations.RunPython(migrations.RunPython.noop, index_again),
        migrations.AddConstraint(
            model_name="focalpoint",
            constraint=models.CheckConstraint(
                condition=models.Q(title__in=["", "he", "dr", "prof", "ms", "mr", "mx"]),
                name="members_focalpoint_known_title",
            ),
        ),
        migrations.RunPython(index_again, migrations.RunPython.noop),
    ]
