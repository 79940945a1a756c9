from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("members", "0004_keep_the_marks_of_suspicion")]

    operations = [
        migrations.RemoveField(model_name="member", name="is_suspect"),
        migrations.RemoveField(model_name="historicalmember", name="is_suspect"),
    ]
