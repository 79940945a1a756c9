from django.db import migrations, models

from core.migration_operations import AddConstraintNotValid


class Migration(migrations.Migration):
    dependencies = [("participation", "0010_calendar_chosen_so_far")]

    operations = [
        AddConstraintNotValid(
            model_name="mailpreferences",
            constraint=models.CheckConstraint(
                condition=models.Q(("calendar__in", ["feed", "invitations", "mails"])),
                name="participation_mailpreferences_known_calendar",
            ),
        ),
        AddConstraintNotValid(
            model_name="mailpreferences",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("calendar", "invitations"), _negated=True),
                    ("organiser_id__isnull", False),
                    _connector="OR",
                ),
                name="participation_mailpreferences_invitations_have_an_organiser",
            ),
        ),
    ]
