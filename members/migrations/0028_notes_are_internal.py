from django.db import migrations, models


class Migration(migrations.Migration):
    """What staff note for each other can never be public."""

    dependencies = [("members", "0027_resemblance")]

    operations = [
        migrations.AddConstraint(
            model_name="timelineentry",
            constraint=models.CheckConstraint(
                condition=~models.Q(kind="noted") | models.Q(is_public=False),
                name="members_timelineentry_notes_are_internal",
            ),
        ),
    ]
