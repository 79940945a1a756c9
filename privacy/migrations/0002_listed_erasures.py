
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('privacy', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='ListedErasure',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('kind', models.CharField(choices=[('person', 'Person'), ('organisation', 'Organisation')], max_length=20, verbose_name='kind')),
                ('reference', models.CharField(blank=True, max_length=10, verbose_name='reference')),
                ('digests', models.TextField(blank=True, verbose_name='hashes of addresses')),
                ('at', models.DateTimeField(verbose_name='when')),
                ('repeated_at', models.DateTimeField(blank=True, null=True, verbose_name='repeated at')),
            ],
            options={
                'verbose_name': 'erasure in the signed list',
                'verbose_name_plural': 'erasures in the signed list',
                'default_permissions': (),
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('kind', 'person'), ('reference', ''), models.Q(('digests', ''), _negated=True)), models.Q(('kind', 'organisation'), models.Q(('reference', ''), _negated=True)), _connector='OR'), name='privacy_listederasure_says_what_was_erased')],
            },
        ),
    ]
