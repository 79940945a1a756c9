from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("commitments", "0008_register_by_condition")]

    operations = [
        migrations.RemoveIndex(model_name="commitment", name="commitments_register"),
    ]
