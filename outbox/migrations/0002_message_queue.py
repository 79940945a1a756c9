from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("outbox", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="message",
            name="queue",
            field=models.CharField(
                choices=[("mail", "Letters"), ("bulk", "Mailings")],
                default="mail",
                max_length=10,
                verbose_name="queue",
            ),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.CheckConstraint(
                condition=models.Q(("queue__in", ["mail", "bulk"])),
                name="outbox_message_known_queue",
            ),
        ),
    ]
