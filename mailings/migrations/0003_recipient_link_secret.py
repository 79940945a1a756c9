from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("mailings", "0002_unsubscribe_permission")]

    operations = [
        migrations.AddField(
            model_name="recipient",
            name="link_secret",
            field=models.CharField(
                blank=True, db_default="", default="", editable=False, max_length=32
            ),
        )
    ]
