"""Milestones of targets, and why a commitment is behind. Version 1.0.0 writes neither."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("commitments", "0017_indicator_codes")]

    operations = [
        migrations.AddField(
            model_name="target",
            name="milestones",
            field=models.JSONField(
                blank=True, db_default=[], default=list, verbose_name="milestones"
            ),
        ),
        migrations.AddField(
            model_name="report",
            name="behind_reason",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                max_length=200,
                verbose_name="why it is behind",
            ),
        ),
    ]
