from django.db import migrations, models
from django.db.models.functions import Coalesce

from core.migration_operations import AddIndexConcurrently


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("members", "0001_initial")]

    operations = [
        AddIndexConcurrently(
            model_name="member",
            index=models.Index(
                Coalesce("withdrawn_at", "decided_at"), name="members_member_outcome_at"
            ),
        ),
    ]
