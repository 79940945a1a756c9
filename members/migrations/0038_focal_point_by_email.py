import django.db.models.functions.text
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('members', '0037_first_choice_in_order'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='focalpoint',
            index=models.Index(django.db.models.functions.text.Lower('email'), name='members_focalpoint_by_email'),
        ),
    ]
