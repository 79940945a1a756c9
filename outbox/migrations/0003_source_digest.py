from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("outbox", "0002_sending_rate")]

    operations = [
        migrations.AddField(
            model_name=model_name,
            name="source_digest",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                editable=False,
                max_length=64,
                verbose_name="source",
            ),
        )
        for model_name in ("historicalmessagetemplate", "messagetemplate")
    ]
