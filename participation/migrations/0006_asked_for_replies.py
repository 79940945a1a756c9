import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from core.migration_operations import AddConstraintNotValid


class Migration(migrations.Migration):

    dependencies = [
        ('participation', '0005_email_about_new_papers'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='announcement',
            name='replies_asked_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='replies asked for at'),
        ),
        migrations.AddField(
            model_name='announcement',
            name='replies_asked_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, db_index=False, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='replies asked for by'),
        ),
        AddConstraintNotValid(
            model_name='announcement',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('replies_asked_at__isnull', True), ('replies_asked_by__isnull', True)), models.Q(('replies_asked_at__isnull', False), ('replies_asked_by__isnull', False)), _connector='OR'), name='participation_announcement_asked_by_somebody'),
        ),
    ]
