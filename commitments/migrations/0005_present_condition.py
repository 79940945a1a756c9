from django.db import migrations, models

from core.migration_operations import AddConstraintNotValid

CONDITIONS = [
    ("on_course", "On course"),
    ("behind", "Behind"),
    ("reached", "Reached"),
    ("reached_late", "Reached late"),
    ("not_reached", "Not reached"),
    ("unreported", "Not reported as reached"),
    ("no_report", "No report yet"),
    ("no_value", "No value yet"),
    ("overdue", "Report overdue"),
    ("inactive", "Inactive"),
]


class Migration(migrations.Migration):
    dependencies = [("commitments", "0004_answers_of_contributors")]

    operations = [
        migrations.AddField(
            model_name="commitment",
            name="present_condition",
            field=models.CharField(
                blank=True,
                choices=CONDITIONS,
                db_default="",
                default="",
                editable=False,
                max_length=20,
                verbose_name="condition",
            ),
        ),
        AddConstraintNotValid(
            model_name="commitment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    present_condition__in=["", *(value for value, _label in CONDITIONS)]
                ),
                name="commitments_commitment_known_present_condition",
            ),
        ),
    ]
