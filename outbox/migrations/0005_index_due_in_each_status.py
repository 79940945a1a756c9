from django.db import migrations, models


class Migration(migrations.Migration):
    """What is due is found by an index on SQLite too."""

    dependencies = [("outbox", "0004_message_void")]

    operations = [
        migrations.AddIndex(
            model_name="message",
            index=models.Index(fields=["status", "due_at"], name="outbox_message_due"),
        ),
        migrations.RemoveIndex(model_name="message", name="outbox_message_waiting"),
    ]
