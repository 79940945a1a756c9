from django.db import migrations, models

from core.migration_operations import AddIndexConcurrently


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("members", "0011_index_of_roles")]

    operations = [
        AddIndexConcurrently(
            model_name="member",
            index=models.Index(
                fields=["decided_by", "submitted_at", "id"], name="members_member_decided_by"
            ),
        ),
    ]
