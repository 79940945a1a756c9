from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("outbox", "0003_heartbeat_of_each_queue"),
    ]

    operations = [
        migrations.AddField(
            model_name="message",
            name="void_because",
            field=models.CharField(
                blank=True,
                choices=[
                    ("cause_gone", "What it was about no longer holds."),
                    ("links_revoked", "The private links in it were revoked."),
                ],
                editable=False,
                max_length=20,
                verbose_name="void because",
            ),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.CheckConstraint(
                condition=models.Q(("void_because__in", ["", "cause_gone", "links_revoked"])),
                name="outbox_message_known_void",
            ),
        ),
    ]
