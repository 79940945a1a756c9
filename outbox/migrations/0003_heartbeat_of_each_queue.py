from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("outbox", "0002_message_queue"),
    ]

    operations = [
        migrations.AddField(
            model_name="heartbeat",
            name="queue",
            field=models.CharField(blank=True, max_length=40, verbose_name="queue"),
        ),
        migrations.AlterField(
            model_name="heartbeat",
            name="name",
            field=models.CharField(max_length=255, verbose_name="process"),
        ),
        migrations.AddConstraint(
            model_name="heartbeat",
            constraint=models.UniqueConstraint(
                fields=("name", "queue"), name="outbox_heartbeat_one_of_each"
            ),
        ),
    ]
