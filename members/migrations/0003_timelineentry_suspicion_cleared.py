from django.db import migrations, models

KINDS = [
    ("received", "Expression of interest received"),
    ("taken", "Taken"),
    ("released", "Released"),
    ("handed_over", "Handed over"),
    ("information_requested", "Information requested"),
    ("answered", "Answered"),
    ("admitted", "Admitted"),
    ("moved", "Moved to another focus area"),
    ("declined", "Declined"),
    ("closed", "Closed without a letter"),
    ("withdrawn", "Withdrawn"),
    ("reopened", "Reopened"),
    ("suspicion_cleared", "Suspicion cleared"),
    ("corrected", "Facts corrected"),
    ("links_revoked", "Private links revoked"),
]


class Migration(migrations.Migration):
    dependencies = [("members", "0002_member_suspicion")]

    operations = [
        migrations.RemoveConstraint(
            model_name="timelineentry", name="members_timelineentry_known_kind"
        ),
        migrations.AlterField(
            model_name="timelineentry",
            name="kind",
            field=models.CharField(choices=KINDS, max_length=30, verbose_name="what"),
        ),
        migrations.AddConstraint(
            model_name="timelineentry",
            constraint=models.CheckConstraint(
                condition=models.Q(kind__in=[kind for kind, _name in KINDS]),
                name="members_timelineentry_known_kind",
            ),
        ),
    ]
