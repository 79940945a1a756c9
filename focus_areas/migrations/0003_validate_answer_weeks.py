from django.db import migrations

from core.migration_operations import ValidateConstraint


class Migration(migrations.Migration):
    dependencies = [("focus_areas", "0002_answer_weeks")]

    operations = [
        ValidateConstraint("focusarea", "focus_areas_focusarea_answer_weeks_within_a_year"),
    ]
