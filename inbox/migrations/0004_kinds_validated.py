from django.db import migrations

from core.migration_operations import ValidateConstraint


class Migration(migrations.Migration):
    dependencies = [("inbox", "0003_answers_to_invitations")]

    operations = [ValidateConstraint("incomingmail", "inbox_incomingmail_known_kind")]
