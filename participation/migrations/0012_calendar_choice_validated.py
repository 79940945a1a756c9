from django.db import migrations

from core.migration_operations import ValidateConstraint


class Migration(migrations.Migration):
    dependencies = [("participation", "0011_known_calendar_choice")]

    operations = [
        ValidateConstraint("mailpreferences", "participation_mailpreferences_known_calendar"),
        ValidateConstraint(
            "mailpreferences", "participation_mailpreferences_invitations_have_an_organiser"
        ),
        # The columns stay until the next release, which drops them.
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RemoveField(model_name=model_name, name="calendar_files")
                for model_name in ("mailpreferences", "historicalmailpreferences")
            ]
        ),
    ]
