from django.db import migrations

from core.migration_operations import ValidateConstraint


class Migration(migrations.Migration):
    dependencies = [("members", "0006_spam_flag_by_staff")]

    operations = [
        ValidateConstraint("member", "members_member_known_spam_signal"),
        ValidateConstraint("timelineentry", "members_timelineentry_known_kind"),
    ]
