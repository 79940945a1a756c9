"""The actions of the Action Framework that a commitment serves. Version 1.0.0 writes none."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("commitments", "0023_register_order")]

    operations = [
        migrations.AddField(
            model_name=model_name,
            name="actions",
            field=models.JSONField(
                blank=True, db_default=[], default=list, verbose_name="actions of the framework"
            ),
        )
        for model_name in ("commitment", "historicalcommitment")
    ]
