import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ('members', '0032_tallies'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Export',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('by_name', models.CharField(max_length=250, verbose_name='name as it was then')),
                ('at', models.DateTimeField(verbose_name='when')),
                ('format', models.CharField(choices=[('xlsx', 'Workbook (XLSX)'), ('csv', 'Text with commas (CSV)')], max_length=4, verbose_name='format')),
                ('filters', models.TextField(blank=True, verbose_name='narrowed to')),
                ('rows', models.PositiveIntegerField(verbose_name='files in it')),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by')),
            ],
            options={
                'verbose_name': 'export',
                'verbose_name_plural': 'exports',
                'default_permissions': ('view',),
            },
        ),
        migrations.AddConstraint(
            model_name='export',
            constraint=models.CheckConstraint(condition=models.Q(('format__in', ['xlsx', 'csv'])), name='members_export_known_format'),
        ),
        migrations.AddConstraint(
            model_name='export',
            constraint=models.CheckConstraint(condition=models.Q(('by_name', ''), _negated=True), name='members_export_keeps_the_name'),
        ),
    ]
