from django.db import migrations, models

from core.migration_operations import AddIndexConcurrently


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("members", "0012_index_of_deciders")]

    operations = [
        AddIndexConcurrently(
            model_name="focalpoint",
            index=models.Index(
                fields=["language", "is_alternate", "member"], name="members_focalpoint_language"
            ),
        ),
    ]
