from django.db import migrations, models

from core.migration_operations import AddIndexConcurrently


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("members", "0010_validate_kinds_of_holds")]

    operations = [
        AddIndexConcurrently(
            model_name="member",
            index=models.Index(fields=["role", "submitted_at", "id"], name="members_member_role"),
        ),
    ]
