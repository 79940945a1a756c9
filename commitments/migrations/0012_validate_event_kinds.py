from django.db import migrations

from core.migration_operations import ValidateConstraint


class Migration(migrations.Migration):
    dependencies = [("commitments", "0011_publication_requests")]

    operations = [
        ValidateConstraint("commitmentevent", "commitments_commitmentevent_known_kind"),
    ]
