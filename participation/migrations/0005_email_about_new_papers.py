from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("participation", "0004_urgent_paper_digest")]

    operations = [
        migrations.AlterField(
            model_name=model_name,
            name="new_papers",
            field=models.BooleanField(default=True, verbose_name="email about new papers"),
        )
        for model_name in ("mailpreferences", "historicalmailpreferences")
    ]
