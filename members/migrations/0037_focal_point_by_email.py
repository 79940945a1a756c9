import django.db.models.functions.text
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('members', '0036_search_again'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='focalpoint',
            index=models.Index(django.db.models.functions.text.Lower('email'), name='members_focalpoint_by_email'),
        ),
    ]
