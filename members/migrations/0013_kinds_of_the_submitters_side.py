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
    ("address_confirmed", "Email address confirmed"),
    ("successor_named", "Successor of a focal point named"),
    ("successor_gone", "Successor did not take over"),
    ("role_taken_over", "Focal point replaced"),
    ("same_organisation", "Another expression of the same organisation"),
]


class Migration(migrations.Migration):
    """What submitters do themselves, and an index of what staff have answered."""

    dependencies = [("members", "0012_asked_has_no_reply")]

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
        migrations.AddIndex(
            model_name="timelineentry",
            index=models.Index(
                condition=models.Q(kind__in=("information_requested", "admitted", "declined")),
                fields=["at"],
                name="members_timeline_answers",
            ),
        ),
    ]
