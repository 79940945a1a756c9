from django.db import migrations, models

from core.migration_operations import AddIndexConcurrently


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("members", "0002_index_of_outcomes")]

    operations = [
        AddIndexConcurrently(
            model_name="member",
            index=models.Index(
                fields=["origin", "submitted_at", "id"], name="members_member_origin"
            ),
        ),
    ]
