import django.db.models.deletion
from django.db import migrations, models

from core.migration_operations import AddConstraintNotValid


class Migration(migrations.Migration):

    dependencies = [
        ('members', '0007_validate_spam_flag_by_staff'),
        ('triage', '0008_validate_bulk_choices'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='import',
            name='triage_import_known_channel',
        ),
        migrations.RemoveConstraint(
            model_name='import',
            name='triage_import_made_some',
        ),
        migrations.AddField(
            model_name='import',
            name='corrected_count',
            field=models.PositiveIntegerField(db_default=0, default=0, verbose_name='organisations corrected'),
        ),
        migrations.AlterField(
            model_name='import',
            name='call',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='members.call', verbose_name='call'),
        ),
        migrations.AlterField(
            model_name='import',
            name='channel',
            field=models.CharField(blank=True, choices=[('mail', 'By email'), ('form', 'By another form'), ('other', 'In another way')], max_length=10, verbose_name='how they were received'),
        ),
        AddConstraintNotValid(
            model_name='import',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('call__isnull', True), ('channel', ''), ('row_count', 0)), models.Q(('call__isnull', False), ('channel__in', ['mail', 'form', 'other']), ('row_count__gt', 0)), _connector='OR'), name='triage_import_says_how_created'),
        ),
        AddConstraintNotValid(
            model_name='import',
            constraint=models.CheckConstraint(condition=models.Q(('row_count__gt', 0), ('corrected_count__gt', 0), _connector='OR'), name='triage_import_made_some'),
        ),
    ]
