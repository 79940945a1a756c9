
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0003_validate_sign_in_methods'),
    ]

    operations = [
        migrations.CreateModel(
            name='ListReading',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField(verbose_name='day')),
                ('record_type', models.CharField(max_length=60, verbose_name='kind of record')),
                ('kind', models.CharField(choices=[('page', 'Page'), ('file', 'File'), ('letter', 'Letter'), ('export', 'Export')], max_length=10, verbose_name='how')),
                ('pages', models.PositiveIntegerField(verbose_name='pages or files')),
                ('row_count', models.PositiveBigIntegerField(verbose_name='rows shown')),
                ('at', models.DateTimeField(db_index=True, verbose_name='when')),
                ('by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by')),
            ],
            options={
                'verbose_name': 'reading of lists',
                'verbose_name_plural': 'readings of lists',
                'default_permissions': (),
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ('page', 'export')), ('pages__gt', 0)), name='accounts_listreading_is_of_a_page'), models.UniqueConstraint(fields=('by', 'record_type', 'kind', 'day'), name='accounts_listreading_one_a_day')],
            },
        ),
    ]
