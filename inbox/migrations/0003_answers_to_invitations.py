from django.db import migrations, models

from core.migration_operations import AddConstraintNotValid

KINDS = [
    ("reply", "Reply"),
    ("automatic", "Automatic reply"),
    ("bounce", "Bounce"),
    ("delayed", "Delayed"),
    ("complaint", "Reported as spam"),
    ("calendar", "Answer of a calendar program"),
    ("rsvp", "Answer to an invitation"),
    ("unsubscribe", "Unsubscribed from bulletins by email"),
    ("refused", "Not read"),
]
NAME = "inbox_incomingmail_known_kind"


class Migration(migrations.Migration):
    dependencies = [("inbox", "0002_unsubscribing")]

    operations = [
        migrations.RemoveConstraint(model_name="incomingmail", name=NAME),
        migrations.AlterField(
            model_name="incomingmail",
            name="kind",
            field=models.CharField(choices=KINDS, max_length=20, verbose_name="kind"),
        ),
        AddConstraintNotValid(
            model_name="incomingmail",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", [kind for kind, _label in KINDS])), name=NAME
            ),
        ),
    ]
