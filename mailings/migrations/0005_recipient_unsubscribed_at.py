from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("mailings", "0004_link_secrets_of_bulletins")]

    operations = [
        migrations.AddField(
            model_name="recipient",
            name="unsubscribed_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="unsubscribed at"),
        )
    ]
