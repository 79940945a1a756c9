from django.db import migrations, models

WAITING = models.Q(status__in=["pending", "information_requested"])


class Migration(migrations.Migration):
    """The queue in its new order: what has replied comes first."""

    dependencies = [("members", "0019_compared_so_far")]

    operations = [
        migrations.RemoveIndex(model_name="member", name="members_member_waiting"),
        migrations.AddIndex(
            model_name="member",
            index=models.Index(
                condition=WAITING,
                fields=["replied_at", "submitted_at", "id", "status"],
                name="members_member_waiting",
            ),
        ),
    ]
