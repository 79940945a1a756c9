from django.db import migrations

from core.migration_operations import ValidateConstraint


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_sign_in_methods")]

    operations = [
        ValidateConstraint("signinevent", "accounts_signinevent_known_method"),
        ValidateConstraint("signinevent", "accounts_signinevent_known_outcome"),
    ]
