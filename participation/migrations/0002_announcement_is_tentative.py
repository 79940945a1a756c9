from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("participation", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="announcement",
            name="is_tentative",
            field=models.BooleanField(null=True, verbose_name="to be confirmed"),
        ),
    ]
