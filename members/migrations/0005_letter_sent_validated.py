from django.db import migrations

from core.migration_operations import ValidateConstraint


class Migration(migrations.Migration):
    dependencies = [("members", "0004_letter_sent")]

    operations = [
        ValidateConstraint("letterdraft", "members_letterdraft_has_editable_letter"),
        ValidateConstraint("timelineentry", "members_timelineentry_known_kind"),
    ]
