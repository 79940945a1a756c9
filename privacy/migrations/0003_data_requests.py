
import core.addresses
import django.db.models.deletion
import simple_history.models
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('privacy', '0002_listed_erasures'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='HistoricalProcessingStatement',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('history_by_name', models.CharField(blank=True, max_length=250, verbose_name='by')),
                ('topic', models.CharField(choices=[('controller', 'Who is responsible, and how to reach them'), ('officer', 'Data protection officer'), ('legal_basis', 'On what basis data are processed, for each purpose'), ('people', 'Whose data are processed'), ('recipients', 'Who receives data, and who runs the portal'), ('transfers', 'Transfers to other countries, with their safeguards'), ('security', 'Security measures')], db_index=True, max_length=20, verbose_name='topic')),
                ('text', models.TextField(blank=True, verbose_name='text')),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'historical record of processing',
                'verbose_name_plural': 'historical record of processing',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='ProcessingStatement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('topic', models.CharField(choices=[('controller', 'Who is responsible, and how to reach them'), ('officer', 'Data protection officer'), ('legal_basis', 'On what basis data are processed, for each purpose'), ('people', 'Whose data are processed'), ('recipients', 'Who receives data, and who runs the portal'), ('transfers', 'Transfers to other countries, with their safeguards'), ('security', 'Security measures')], max_length=20, unique=True, verbose_name='topic')),
                ('text', models.TextField(blank=True, verbose_name='text')),
            ],
            options={
                'verbose_name': 'record of processing',
                'verbose_name_plural': 'record of processing',
                'default_permissions': ('change', 'view'),
                'constraints': [models.CheckConstraint(condition=models.Q(('topic__in', ['controller', 'officer', 'legal_basis', 'people', 'recipients', 'transfers', 'security'])), name='privacy_processingstatement_known_topic')],
            },
        ),
        migrations.CreateModel(
            name='DataRequest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('access', 'A copy of their data'), ('rectification', 'A correction'), ('erasure', 'Erasure'), ('restriction', 'Restriction'), ('objection', 'Objection'), ('other', 'A question or a complaint')], max_length=20, verbose_name='what is asked for')),
                ('name', models.CharField(max_length=250, verbose_name='name of the person')),
                ('address', core.addresses.AddressField(blank=True, max_length=254, verbose_name='address')),
                ('details', models.TextField(blank=True, verbose_name='what they wrote')),
                ('received_on', models.DateField(verbose_name='received on')),
                ('due_on', models.DateField(verbose_name='answer by')),
                ('recorded_at', models.DateTimeField(verbose_name='recorded at')),
                ('outcome', models.CharField(blank=True, choices=[('done', 'Done as asked'), ('partly', 'Done in part'), ('refused', 'Refused, with a reason'), ('nothing_known', 'Nothing is known of the person')], default='', max_length=20, verbose_name='outcome')),
                ('answer', models.TextField(blank=True, verbose_name='what was done and answered')),
                ('answered_at', models.DateTimeField(blank=True, null=True, verbose_name='answered at')),
                ('emptied_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('answered_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='answered by')),
                ('erasure', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='privacy.erasurerequest', verbose_name='erasure')),
                ('export', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='privacy.dataexport', verbose_name='export')),
                ('recorded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='recorded by')),
            ],
            options={
                'verbose_name': "request about a person's data",
                'verbose_name_plural': "requests about people's data",
                'permissions': [('handle_datarequest', 'Can record and answer requests of people about their data')],
                'default_permissions': ('view',),
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['access', 'rectification', 'erasure', 'restriction', 'objection', 'other'])), name='privacy_datarequest_known_kind'), models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='privacy_datarequest_has_a_name'), models.CheckConstraint(condition=models.Q(('due_on__gt', models.F('received_on'))), name='privacy_datarequest_due_after_it_was_received'), models.CheckConstraint(condition=models.Q(models.Q(('answer', ''), ('answered_at', None), ('answered_by', None), ('outcome', '')), models.Q(('answered_at__isnull', False), ('answered_by__isnull', False), ('outcome__in', ['done', 'partly', 'refused', 'nothing_known']), models.Q(('answer', ''), _negated=True)), _connector='OR'), name='privacy_datarequest_answered_as_a_whole'), models.CheckConstraint(condition=models.Q(('emptied_at', None), ('answered_at__isnull', False), _connector='OR'), name='privacy_datarequest_emptied_after_the_answer')],
            },
        ),
    ]
