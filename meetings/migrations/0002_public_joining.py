from django.db import migrations, models

from core.migration_operations import AddConstraintNotValid


class Migration(migrations.Migration):
    dependencies = [("meetings", "0001_initial")]

    operations = [
        *(
            migrations.AddField(
                model_name=model_name,
                name="is_join_public",
                field=models.BooleanField(
                    default=False,
                    db_default=False,
                    help_text="Everybody can join by the address on the public page, from 15 "
                    "minutes before the start. Only for a public meeting.",
                    verbose_name="may be joined from the public page",
                ),
            )
            for model_name in ("meeting", "historicalmeeting")
        ),
        *(
            migrations.AlterField(
                model_name=model_name,
                name="is_public",
                field=models.BooleanField(
                    default=False,
                    help_text="Everybody can see it, but not join it.",
                    verbose_name="public",
                ),
            )
            for model_name in ("meeting", "historicalmeeting")
        ),
        AddConstraintNotValid(
            model_name="meeting",
            constraint=models.CheckConstraint(
                condition=models.Q(("is_join_public", False), ("is_public", True), _connector="OR"),
                name="meetings_meeting_public_joining",
                violation_error_message="Everybody can join only a public meeting.",
            ),
        ),
    ]
