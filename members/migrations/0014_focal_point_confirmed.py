from django.db import migrations, models


class Migration(migrations.Migration):
    """Whose address is known to reach them."""

    dependencies = [("members", "0013_kinds_of_the_submitters_side")]

    operations = [
        migrations.AddField(
            model_name=name,
            name="confirmed_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="address confirmed at"),
        )
        for name in ("focalpoint", "historicalfocalpoint")
    ]
