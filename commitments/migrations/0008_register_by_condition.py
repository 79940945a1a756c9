from django.db import migrations, models

from core.migration_operations import AddIndexConcurrently


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("commitments", "0007_conditions_so_far")]

    operations = [
        AddIndexConcurrently(
            model_name="commitment",
            index=models.Index(
                fields=["status", "present_condition", "published_at", "last_report_at", "id"],
                name="commitments_by_condition",
            ),
        ),
    ]
