import django.core.validators
from django.db import migrations, models

from core.migration_operations import AddConstraintNotValid


class Migration(migrations.Migration):
    dependencies = [("focus_areas", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="focusarea",
            name="answer_weeks",
            field=models.PositiveSmallIntegerField(
                db_default=6,
                default=6,
                help_text=(
                    "Members are asked whether they attend the meetings of the next so many weeks. "
                    "They can answer for later ones too."
                ),
                validators=[
                    django.core.validators.MinValueValidator(1),
                    django.core.validators.MaxValueValidator(52),
                ],
                verbose_name="weeks for which answers are asked",
            ),
        ),
        migrations.AddField(
            model_name="historicalfocusarea",
            name="answer_weeks",
            field=models.PositiveSmallIntegerField(
                db_default=6,
                default=6,
                help_text=(
                    "Members are asked whether they attend the meetings of the next so many weeks. "
                    "They can answer for later ones too."
                ),
                validators=[
                    django.core.validators.MinValueValidator(1),
                    django.core.validators.MaxValueValidator(52),
                ],
                verbose_name="weeks for which answers are asked",
            ),
        ),
        AddConstraintNotValid(
            model_name="focusarea",
            constraint=models.CheckConstraint(
                condition=models.Q(answer_weeks__gte=1) & models.Q(answer_weeks__lte=52),
                name="focus_areas_focusarea_answer_weeks_within_a_year",
            ),
        ),
    ]
