import django.core.serializers.json
import django.db.models.deletion
import simple_history.models
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ('members', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='FingerprintedMember',
            fields=[
                ('member', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='+', serialize=False, to='members.member')),
                ('matched_version', models.PositiveIntegerField(null=True)),
                ('compared_at', models.DateTimeField(null=True)),
            ],
            options={
                'verbose_name': 'fingerprinted member',
                'verbose_name_plural': 'fingerprinted members',
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='FollowUpRule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('step', models.CharField(choices=[('remind_of_request', 'Remind the organisation of the information request'), ('tell_officer', 'Notify the assignee that no reply was received'), ('propose_closing', 'Propose closing'), ('remind_to_confirm', 'Remind to confirm the email address'), ('remind_of_deadline', 'Remind of the deadline of an unfinished draft')], max_length=30, unique=True, verbose_name='step')),
                ('days', models.PositiveSmallIntegerField(verbose_name='days')),
                ('is_active', models.BooleanField(default=True, verbose_name='active')),
            ],
            options={
                'verbose_name': 'follow-up',
                'verbose_name_plural': 'follow-ups',
                'default_permissions': ('change', 'view'),
                'constraints': [models.CheckConstraint(condition=models.Q(('step__in', ['remind_of_request', 'tell_officer', 'propose_closing', 'remind_to_confirm', 'remind_of_deadline'])), name='triage_followuprule_known_step'), models.CheckConstraint(condition=models.Q(('days__gte', 1), ('days__lte', 365)), name='triage_followuprule_days_within_a_year', violation_error_message='Enter a number of days from 1 to 365.')],
            },
        ),
        migrations.CreateModel(
            name='HistoricalFollowUpRule',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('history_by_name', models.CharField(blank=True, max_length=250, verbose_name='by')),
                ('step', models.CharField(choices=[('remind_of_request', 'Remind the organisation of the information request'), ('tell_officer', 'Notify the assignee that no reply was received'), ('propose_closing', 'Propose closing'), ('remind_to_confirm', 'Remind to confirm the email address'), ('remind_of_deadline', 'Remind of the deadline of an unfinished draft')], db_index=True, max_length=30, verbose_name='step')),
                ('days', models.PositiveSmallIntegerField(verbose_name='days')),
                ('is_active', models.BooleanField(default=True, verbose_name='active')),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'historical follow-up',
                'verbose_name_plural': 'historical follow-ups',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='Import',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('by_name', models.CharField(max_length=250, verbose_name='name at that time')),
                ('at', models.DateTimeField(verbose_name='when')),
                ('file_name', models.CharField(max_length=200, verbose_name='file name')),
                ('row_count', models.PositiveIntegerField(verbose_name='members created')),
                ('channel', models.CharField(choices=[('mail', 'By email'), ('form', 'By another form'), ('other', 'In another way')], max_length=10, verbose_name='how they were received')),
                ('is_acknowledged', models.BooleanField(verbose_name='acknowledgement sent')),
                ('note', models.TextField(blank=True, verbose_name='note')),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by')),
                ('call', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='members.call', verbose_name='call')),
            ],
            options={
                'verbose_name': 'import',
                'verbose_name_plural': 'imports',
                'default_permissions': ('view',),
                'constraints': [models.CheckConstraint(condition=models.Q(('channel__in', ['mail', 'form', 'other'])), name='triage_import_known_channel'), models.CheckConstraint(condition=models.Q(('row_count__gt', 0)), name='triage_import_made_some'), models.CheckConstraint(condition=models.Q(('by_name', ''), _negated=True), name='triage_import_keeps_the_name')],
            },
        ),
        migrations.CreateModel(
            name='ImportedRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('member', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='imported_row', to='members.member', verbose_name='member')),
                ('spreadsheet_import', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='imported_rows', to='triage.import', verbose_name='imported with')),
            ],
            options={
                'verbose_name': 'imported row',
                'verbose_name_plural': 'imported rows',
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='PossibleDuplicate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('same_domain', models.BooleanField(default=False, verbose_name='same domain')),
                ('same_name', models.BooleanField(default=False, verbose_name='same name or acronym')),
                ('similar_name', models.BooleanField(default=False, verbose_name='similar name')),
                ('same_person', models.BooleanField(default=False, verbose_name='same person')),
                ('found_at', models.DateTimeField(verbose_name='found at')),
                ('dismissed_at', models.DateTimeField(blank=True, null=True, verbose_name='dismissed at')),
                ('dismissed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='dismissed by')),
                ('earlier', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='members.member')),
                ('later', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='members.member')),
            ],
            options={
                'verbose_name': 'possible duplicate',
                'verbose_name_plural': 'possible duplicates',
                'default_permissions': (),
                'constraints': [models.UniqueConstraint(fields=('earlier', 'later'), name='triage_possibleduplicate_once'), models.CheckConstraint(condition=models.Q(('earlier__lt', models.F('later'))), name='triage_possibleduplicate_two_files_in_order'), models.CheckConstraint(condition=models.Q(('same_domain', True), ('same_name', True), ('similar_name', True), ('same_person', True), _connector='OR'), name='triage_possibleduplicate_has_a_reason'), models.CheckConstraint(condition=models.Q(models.Q(('dismissed_at__isnull', True), ('dismissed_by__isnull', True)), models.Q(('dismissed_at__isnull', False), ('dismissed_by__isnull', False)), _connector='OR'), name='triage_possibleduplicate_dismissed_by_somebody')],
            },
        ),
        migrations.CreateModel(
            name='StatisticsSnapshot',
            fields=[
                ('call', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='+', serialize=False, to='members.call')),
                ('figures', models.JSONField(encoder=django.core.serializers.json.DjangoJSONEncoder)),
                ('computed_at', models.DateTimeField()),
            ],
            options={
                'verbose_name': 'statistics of a call',
                'verbose_name_plural': 'statistics of calls',
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='Fingerprint',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('domain', 'Domain'), ('name', 'Name'), ('word', 'Word'), ('email', 'Email'), ('person', 'Person')], max_length=10)),
                ('value', models.CharField(max_length=300)),
                ('member', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='members.member')),
            ],
            options={
                'verbose_name': 'trait',
                'verbose_name_plural': 'traits',
                'default_permissions': (),
                'constraints': [models.UniqueConstraint(fields=('kind', 'value', 'member'), name='triage_fingerprint_once_in_a_file'), models.CheckConstraint(condition=models.Q(('kind__in', ['domain', 'name', 'word', 'email', 'person'])), name='triage_fingerprint_known_kind'), models.CheckConstraint(condition=models.Q(('value', ''), _negated=True), name='triage_fingerprint_has_a_value')],
            },
        ),
        migrations.CreateModel(
            name='Export',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('by_name', models.CharField(max_length=250, verbose_name='name at that time')),
                ('at', models.DateTimeField(verbose_name='when')),
                ('format', models.CharField(choices=[('xlsx', 'Workbook (XLSX)'), ('csv', 'Comma-separated values (CSV)')], max_length=4, verbose_name='format')),
                ('filters', models.TextField(blank=True, verbose_name='filters')),
                ('row_count', models.PositiveIntegerField(verbose_name='number of members')),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by')),
            ],
            options={
                'verbose_name': 'export',
                'verbose_name_plural': 'exports',
                'default_permissions': ('view',),
                'constraints': [models.CheckConstraint(condition=models.Q(('format__in', ['xlsx', 'csv'])), name='triage_export_known_format'), models.CheckConstraint(condition=models.Q(('by_name', ''), _negated=True), name='triage_export_keeps_the_name')],
            },
        ),
        migrations.CreateModel(
            name='FollowUp',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('step', models.CharField(choices=[('remind_of_request', 'Remind the organisation of the information request'), ('tell_officer', 'Notify the assignee that no reply was received'), ('propose_closing', 'Propose closing'), ('remind_to_confirm', 'Remind to confirm the email address'), ('remind_of_deadline', 'Remind of the deadline of an unfinished draft')], max_length=30, verbose_name='step')),
                ('link_version', models.PositiveIntegerField(blank=True, editable=False, null=True)),
                ('at', models.DateTimeField(verbose_name='when')),
                ('is_skipped', models.BooleanField(default=False, verbose_name='skipped')),
                ('by_name', models.CharField(blank=True, max_length=250, verbose_name='name at that time')),
                ('by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by')),
                ('entry', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='follow_ups', to='members.timelineentry', verbose_name='request')),
                ('focal_point', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='follow_ups', to='members.focalpoint', verbose_name='focal point')),
            ],
            options={
                'verbose_name': 'processed follow-up',
                'verbose_name_plural': 'processed follow-ups',
                'default_permissions': (),
                'constraints': [models.UniqueConstraint(fields=('entry', 'step'), name='triage_followup_once_a_request'), models.UniqueConstraint(fields=('focal_point', 'link_version', 'step'), name='triage_followup_once_an_address'), models.CheckConstraint(condition=models.Q(models.Q(('entry__isnull', False), ('focal_point__isnull', True), ('link_version__isnull', True), ('step__in', ('remind_of_request', 'tell_officer', 'propose_closing'))), models.Q(('entry__isnull', True), ('focal_point__isnull', False), ('link_version__isnull', False), ('step', 'remind_to_confirm')), _connector='OR'), name='triage_followup_has_its_cause'), models.CheckConstraint(condition=models.Q(('by__isnull', True), models.Q(('by_name', ''), _negated=True), _connector='OR'), name='triage_followup_keeps_the_name'), models.CheckConstraint(condition=models.Q(('is_skipped', False), ('by__isnull', False), _connector='OR'), name='triage_followup_somebody_skipped_it')],
            },
        ),
        migrations.CreateModel(
            name='BulkRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.UUIDField(editable=False)),
                ('action', models.CharField(choices=[('take', 'Assign to me'), ('release', 'Unassign'), ('hand_to', 'Reassign'), ('admit_to_first_choice', 'Admit to first choice'), ('request_information', 'Request information'), ('close_as_not_genuine', 'Close as not genuine (spam)'), ('undo', 'Undo')], max_length=30, verbose_name='action')),
                ('language', models.CharField(max_length=10, verbose_name='language')),
                ('confirmed_at', models.DateTimeField(verbose_name='confirmed at')),
                ('entry_shown', models.BigIntegerField(blank=True, editable=False, null=True)),
                ('missing', models.TextField(blank=True, verbose_name='missing information')),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by')),
                ('reasons', models.ManyToManyField(blank=True, related_name='+', to='members.reason', verbose_name='reasons')),
                ('to', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='new assignee')),
            ],
            options={
                'verbose_name': 'bulk run',
                'verbose_name_plural': 'bulk runs',
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='BulkItem',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.BigIntegerField(blank=True, editable=False, null=True)),
                ('role', models.CharField(blank=True, choices=[('participant', 'Participant'), ('co_lead', 'Co-lead'), ('observer', 'Observer')], max_length=20, verbose_name='role granted')),
                ('done_at', models.DateTimeField(blank=True, null=True, verbose_name='done at')),
                ('refusal', models.TextField(blank=True, verbose_name='reason of the refusal')),
                ('entry', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='members.timelineentry', verbose_name='timeline entry')),
                ('member', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='members.member', verbose_name='member')),
                ('run', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='items', to='triage.bulkrun', verbose_name='bulk run')),
            ],
            options={
                'verbose_name': 'item of a bulk run',
                'verbose_name_plural': 'items of bulk runs',
                'default_permissions': (),
            },
        ),
        migrations.AddConstraint(
            model_name='bulkrun',
            constraint=models.UniqueConstraint(fields=('by', 'key'), name='triage_bulkrun_confirmed_once'),
        ),
        migrations.AddConstraint(
            model_name='bulkrun',
            constraint=models.CheckConstraint(condition=models.Q(('action__in', ['take', 'release', 'hand_to', 'admit_to_first_choice', 'request_information', 'close_as_not_genuine', 'undo'])), name='triage_bulkrun_known_action'),
        ),
        migrations.AddConstraint(
            model_name='bulkrun',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('action', 'hand_to'), ('to__isnull', False)), models.Q(models.Q(('action', 'hand_to'), _negated=True), ('to__isnull', True)), _connector='OR'), name='triage_bulkrun_reassigned_to_somebody'),
        ),
        migrations.AddIndex(
            model_name='bulkitem',
            index=models.Index(condition=models.Q(('done_at__isnull', True)), fields=['run'], name='triage_bulkitem_open'),
        ),
        migrations.AddConstraint(
            model_name='bulkitem',
            constraint=models.UniqueConstraint(fields=('run', 'member'), name='triage_bulkitem_once_in_a_run'),
        ),
        migrations.AddConstraint(
            model_name='bulkitem',
            constraint=models.CheckConstraint(condition=models.Q(('role__in', ['', 'participant', 'co_lead', 'observer'])), name='triage_bulkitem_known_role'),
        ),
        migrations.AddConstraint(
            model_name='bulkitem',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('done_at__isnull', True), ('entry__isnull', True), ('refusal', '')), models.Q(('done_at__isnull', False), ('entry__isnull', False), ('refusal', '')), models.Q(('done_at__isnull', False), ('entry__isnull', True), models.Q(('refusal', ''), _negated=True)), _connector='OR'), name='triage_bulkitem_done_or_refused'),
        ),
    ]
