from django.db import migrations, models


class Migration(migrations.Migration):
    """The queue is listed and counted from an index, as it opens and in every status."""

    dependencies = [("members", "0005_remove_member_is_suspect")]

    operations = [
        migrations.AddIndex(
            model_name="member",
            index=models.Index(
                fields=["submitted_at", "id", "status"],
                name="members_member_waiting",
                condition=models.Q(status__in=["pending", "information_requested"]),
            ),
        ),
        migrations.AddIndex(
            model_name="member",
            index=models.Index(fields=["submitted_at", "id"], name="members_member_oldest_first"),
        ),
    ]
