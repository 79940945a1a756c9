from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """Files by first choice, in the queue's order."""

    dependencies = [
        ('focus_areas', '0004_names_of_before'),
        ('members', '0036_search_again'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name='member',
            index=models.Index(
                fields=[
                    'first_choice',
                    'status',
                    'replied_at',
                    'submitted_at',
                    'id',
                    'category',
                    'country',
                ],
                name='members_member_first_choice',
            ),
        ),
    ]
