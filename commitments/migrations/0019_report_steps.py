from django.db import migrations, models

from core.migration_operations import AddConstraintNotValid

STEPS = [
    ("before", "30 days before"),
    ("due", "On the day"),
    ("after", "30 days after"),
    ("alternate", "45 days after"),
    ("others", "60 days after"),
]


class Migration(migrations.Migration):
    dependencies = [("commitments", "0018_milestones")]

    operations = [
        migrations.RemoveConstraint(
            model_name="reportrequest", name="commitments_reportrequest_known_step"
        ),
        migrations.AlterField(
            model_name="reportrequest",
            name="step",
            field=models.CharField(choices=STEPS, max_length=10, verbose_name="step"),
        ),
        AddConstraintNotValid(
            model_name="reportrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(step__in=[value for value, _label in STEPS]),
                name="commitments_reportrequest_known_step",
            ),
        ),
    ]
