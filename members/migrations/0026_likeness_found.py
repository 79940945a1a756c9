from django.db import migrations, models


class Migration(migrations.Migration):
    """Which files were looked at for duplicates: none at first, so that all are in their turn."""

    dependencies = [("members", "0025_names_of_before")]

    operations = [
        *(
            migrations.AddField(
                model_name=name,
                name="likeness_found_at",
                field=models.DateTimeField(blank=True, editable=False, null=True),
            )
            for name in ("member", "historicalmember")
        ),
        migrations.AddIndex(
            model_name="member",
            index=models.Index(
                condition=models.Q(likeness_found_at__isnull=True),
                fields=["id"],
                name="members_member_find_likeness",
            ),
        ),
    ]
