import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from core.migration_operations import AddConstraintNotValid


class Migration(migrations.Migration):

    dependencies = [
        ('members', '0013_index_of_languages'),
        ('triage', '0011_organisations_of_spreadsheets'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='bulkitem',
            name='ends_on',
            field=models.DateField(blank=True, null=True, verbose_name='ends on'),
        ),
        migrations.AddField(
            model_name='bulkitem',
            name='reason',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='members.reason', verbose_name='reason'),
        ),
        migrations.AddField(
            model_name='bulkitem',
            name='to',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='colleague'),
        ),
        migrations.AddField(
            model_name='bulkitem',
            name='waits_for',
            field=models.CharField(blank=True, choices=[('opinion', 'Opinion of a colleague'), ('legal', 'Legal affairs'), ('regional_office', 'Regional office'), ('day', 'A day')], db_default='', max_length=20, verbose_name='waits for'),
        ),
        migrations.AddField(
            model_name='bulkrun',
            name='skipped_count',
            field=models.PositiveIntegerField(db_default=0, default=0, verbose_name='members skipped'),
        ),
        AddConstraintNotValid(
            model_name='bulkitem',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ends_on__isnull', False), ('waits_for', 'day')), models.Q(('ends_on__isnull', True), ('waits_for__in', ['', 'opinion', 'legal', 'regional_office'])), _connector='OR'), name='triage_bulkitem_day_of_its_hold'),
        ),
    ]
