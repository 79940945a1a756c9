from django.db import migrations, models


def index_again(apps, schema_editor):
    """Add the index of 0010_search again, which SQLite loses by making the table anew."""
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute(
            "CREATE INDEX members_member_search ON members_member "
            "(organisation_name, acronym, reference)"
        )


class Migration(migrations.Migration):
    """Who was asked has not answered."""

    dependencies = [("members", "0011_known_title")]

    operations = [
        migrations.RunPython(migrations.RunPython.noop, index_again),
        migrations.AddConstraint(
            model_name="member",
            constraint=models.CheckConstraint(
                condition=~models.Q(status="information_requested")
                | models.Q(replied_at__isnull=True),
                name="members_member_asked_has_no_reply",
            ),
        ),
        migrations.RunPython(index_again, migrations.RunPython.noop),
    ]
