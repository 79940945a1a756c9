from django.db import migrations, models


class Migration(migrations.Migration):
    """A short code of the recipient's, kept as the private links are."""

    dependencies = [("outbox", "0005_index_due_in_each_status")]

    operations = [
        migrations.AddField(
            model_name="message",
            name="private_code",
            field=models.CharField(blank=True, editable=False, max_length=20),
        ),
        migrations.RemoveConstraint(
            model_name="message", name="outbox_message_finished_keeps_no_private_link"
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.CheckConstraint(
                condition=~models.Q(status__in=("sent", "cancelled"))
                | models.Q(private_page="", private_feed="", private_code=""),
                name="outbox_message_finished_keeps_no_private_link",
            ),
        ),
    ]
