from django.db import migrations, models


class Migration(migrations.Migration):
    """The address by which a recipient leaves a list, kept as the private links are."""

    dependencies = [("outbox", "0009_arrival")]

    operations = [
        migrations.AddField(
            model_name="message",
            name="private_unsubscribe",
            field=models.CharField(blank=True, editable=False, max_length=500),
        ),
        migrations.RemoveConstraint(
            model_name="message", name="outbox_message_finished_keeps_no_private_link"
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.CheckConstraint(
                condition=~models.Q(status__in=("sent", "cancelled"))
                | models.Q(
                    private_page="", private_feed="", private_code="", private_unsubscribe=""
                ),
                name="outbox_message_finished_keeps_no_private_link",
            ),
        ),
    ]
