from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("commitments", "0022_validate_languages_and_english")]

    operations = [
        migrations.AddField(
            model_name="commitment",
            name="promised_usd",
            field=models.DecimalField(
                blank=True, decimal_places=2, editable=False, max_digits=18, null=True
            ),
        ),
    ]
