from django.db import migrations

from core.migration_operations import ValidateConstraint


class Migration(migrations.Migration):
    dependencies = [("triage", "0009_corrected_rows")]

    operations = [
        ValidateConstraint("import", "triage_import_says_how_created"),
        ValidateConstraint("import", "triage_import_made_some"),
    ]
