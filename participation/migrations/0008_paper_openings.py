
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('papers', '0002_file_scans'),
        ('participation', '0007_validate_asked_for_replies'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='PaperOpening',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('opened_at', models.DateTimeField(verbose_name='opened at')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='account')),
                ('version', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='openings', to='papers.paperversion', verbose_name='file')),
            ],
            options={
                'verbose_name': 'opened paper',
                'verbose_name_plural': 'opened papers',
                'default_permissions': (),
                'constraints': [models.UniqueConstraint(fields=('user', 'version'), name='participation_paperopening_once')],
            },
        ),
    ]
