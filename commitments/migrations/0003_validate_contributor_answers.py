from django.db import migrations

from core.migration_operations import ValidateConstraint


class Migration(migrations.Migration):
    dependencies = [("commitments", "0002_contributor_answers")]

    operations = [
        ValidateConstraint(
            model_name="amount", name="commitments_amount_known_contributor_answer"
        ),
    ]
