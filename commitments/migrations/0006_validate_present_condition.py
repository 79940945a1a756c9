from django.db import migrations

from core.migration_operations import ValidateConstraint


class Migration(migrations.Migration):
    dependencies = [("commitments", "0005_present_condition")]

    operations = [
        ValidateConstraint(
            model_name="commitment", name="commitments_commitment_known_present_condition"
        ),
    ]
