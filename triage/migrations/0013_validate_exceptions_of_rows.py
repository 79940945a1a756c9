from django.db import migrations

from core.migration_operations import ValidateConstraint


class Migration(migrations.Migration):
    dependencies = [("triage", "0012_exceptions_of_rows")]

    operations = [ValidateConstraint("bulkitem", "triage_bulkitem_day_of_its_hold")]
