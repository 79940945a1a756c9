import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ('members', '0033_export'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Import',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('by_name', models.CharField(max_length=250, verbose_name='name as it was then')),
                ('at', models.DateTimeField(verbose_name='when')),
                ('file_name', models.CharField(max_length=200, verbose_name='name of the file')),
                ('rows', models.PositiveIntegerField(verbose_name='files made')),
                ('way', models.CharField(choices=[('mail', 'By mail'), ('form', 'By another form'), ('other', 'In another way')], max_length=10, verbose_name='how they had come')),
                ('is_acknowledged', models.BooleanField(verbose_name='acknowledged by mail')),
                ('note', models.TextField(blank=True, verbose_name='note')),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by')),
                ('call', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='members.call', verbose_name='call')),
            ],
            options={
                'verbose_name': 'import',
                'verbose_name_plural': 'imports',
                'default_permissions': ('view',),
            },
        ),
        migrations.AddConstraint(
            model_name='import',
            constraint=models.CheckConstraint(condition=models.Q(('way__in', ['mail', 'form', 'other'])), name='members_import_known_way'),
        ),
        migrations.AddConstraint(
            model_name='import',
            constraint=models.CheckConstraint(condition=models.Q(('rows__gt', 0)), name='members_import_made_some'),
        ),
        migrations.AddConstraint(
            model_name='import',
            constraint=models.CheckConstraint(condition=models.Q(('by_name', ''), _negated=True), name='members_import_keeps_the_name'),
        ),
    ]
