from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("participation", "0003_announced_is_tentative")]

    operations = [
        migrations.AlterField(
            model_name="paperdigest",
            name="day",
            field=models.DateField(blank=True, null=True, unique=True, verbose_name="day"),
        ),
    ]
