import django.db.models.deletion
import simple_history.models
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '__first__'),
        ('members', '0001_initial'),
        ('outbox', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Unsubscription',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('address', models.CharField(max_length=254, unique=True, verbose_name='address')),
                ('at', models.DateTimeField(verbose_name='unsubscribed at')),
            ],
            options={
                'verbose_name': 'unsubscription',
                'verbose_name_plural': 'unsubscriptions',
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='HistoricalMailing',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('history_by_name', models.CharField(blank=True, max_length=250, verbose_name='by')),
                ('kind', models.CharField(choices=[('letter', 'Letter about membership, to all selected recipients'), ('bulletin', 'Bulletin with news, only to recipients who agreed to receive it')], max_length=20, verbose_name='kind')),
                ('language', models.CharField(choices=[('ar', 'Arabic'), ('zh-hans', 'Chinese'), ('en', 'English'), ('fr', 'French'), ('ru', 'Russian'), ('es', 'Spanish')], default='en', max_length=7, verbose_name='first language')),
                ('selection', models.CharField(choices=[('chosen', 'Selected individually'), ('area', 'Members of a focus area'), ('listed', 'All members of a list')], max_length=20, verbose_name='selection method')),
                ('query', models.TextField(blank=True, verbose_name='list URL')),
                ('selection_in_words', models.TextField(blank=True, verbose_name='selected recipients')),
                ('status', models.CharField(choices=[('draft', 'Draft'), ('scheduled', 'Scheduled'), ('going', 'Sending'), ('stopped', 'Paused'), ('done', 'Sent'), ('cancelled', 'Cancelled')], default='draft', max_length=20, verbose_name='status')),
                ('created_at', models.DateTimeField(verbose_name='created at')),
                ('scheduled_for', models.DateTimeField(blank=True, null=True, verbose_name='scheduled for')),
                ('confirmed_at', models.DateTimeField(blank=True, null=True, verbose_name='confirmed at')),
                ('recipient_count', models.PositiveIntegerField(default=0, verbose_name='confirmed number of recipients')),
                ('started_at', models.DateTimeField(blank=True, null=True, verbose_name='sending started at')),
                ('stopped_at', models.DateTimeField(blank=True, null=True, verbose_name='paused at')),
                ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='ended at')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('confirmed_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='sent by')),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('created_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by')),
            ],
            options={
                'verbose_name': 'historical mailing',
                'verbose_name_plural': 'historical mailings',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='Mailing',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('letter', 'Letter about membership, to all selected recipients'), ('bulletin', 'Bulletin with news, only to recipients who agreed to receive it')], max_length=20, verbose_name='kind')),
                ('language', models.CharField(choices=[('ar', 'Arabic'), ('zh-hans', 'Chinese'), ('en', 'English'), ('fr', 'French'), ('ru', 'Russian'), ('es', 'Spanish')], default='en', max_length=7, verbose_name='first language')),
                ('selection', models.CharField(choices=[('chosen', 'Selected individually'), ('area', 'Members of a focus area'), ('listed', 'All members of a list')], max_length=20, verbose_name='selection method')),
                ('query', models.TextField(blank=True, verbose_name='list URL')),
                ('selection_in_words', models.TextField(blank=True, verbose_name='selected recipients')),
                ('status', models.CharField(choices=[('draft', 'Draft'), ('scheduled', 'Scheduled'), ('going', 'Sending'), ('stopped', 'Paused'), ('done', 'Sent'), ('cancelled', 'Cancelled')], default='draft', max_length=20, verbose_name='status')),
                ('created_at', models.DateTimeField(verbose_name='created at')),
                ('scheduled_for', models.DateTimeField(blank=True, null=True, verbose_name='scheduled for')),
                ('confirmed_at', models.DateTimeField(blank=True, null=True, verbose_name='confirmed at')),
                ('recipient_count', models.PositiveIntegerField(default=0, verbose_name='confirmed number of recipients')),
                ('started_at', models.DateTimeField(blank=True, null=True, verbose_name='sending started at')),
                ('stopped_at', models.DateTimeField(blank=True, null=True, verbose_name='paused at')),
                ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='ended at')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('confirmed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='sent by')),
                ('created_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by')),
            ],
            options={
                'verbose_name': 'mailing',
                'verbose_name_plural': 'mailings',
                'permissions': [('send_mailing', 'Can send, pause and resume a mailing')],
                'default_permissions': ('add', 'change', 'view'),
                'indexes': [models.Index(fields=['status', 'scheduled_for'], name='mailings_ma_status_306896_idx')],
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['letter', 'bulletin'])), name='mailings_mailing_known_kind'), models.CheckConstraint(condition=models.Q(('language__in', ['ar', 'zh-hans', 'en', 'fr', 'ru', 'es'])), name='mailings_mailing_known_language'), models.CheckConstraint(condition=models.Q(('selection__in', ['chosen', 'area', 'listed'])), name='mailings_mailing_known_selection'), models.CheckConstraint(condition=models.Q(('status__in', ['draft', 'scheduled', 'going', 'stopped', 'done', 'cancelled'])), name='mailings_mailing_known_status'), models.CheckConstraint(condition=models.Q(models.Q(models.Q(('confirmed_at__isnull', True), ('confirmed_by__isnull', True), ('scheduled_for__isnull', True)), models.Q(('confirmed_at__isnull', False), ('confirmed_by__isnull', False), ('scheduled_for__isnull', False)), _connector='OR'), models.Q(models.Q(('status', 'draft'), _negated=True), models.Q(('confirmed_at__isnull', True), ('confirmed_by__isnull', True), ('scheduled_for__isnull', True)), _connector='OR'), models.Q(models.Q(('status__in', ('scheduled', 'going', 'stopped', 'done')), _negated=True), models.Q(('confirmed_at__isnull', False), ('confirmed_by__isnull', False), ('scheduled_for__isnull', False)), _connector='OR')), name='mailings_mailing_confirmed_by_somebody'), models.CheckConstraint(condition=models.Q(models.Q(('started_at__isnull', False), ('status__in', ('going', 'stopped', 'done'))), models.Q(models.Q(('status__in', ('going', 'stopped', 'done')), _negated=True), ('started_at__isnull', True)), _connector='OR'), name='mailings_mailing_started_has_its_time'), models.CheckConstraint(condition=models.Q(models.Q(('status', 'stopped'), _negated=True), ('stopped_at__isnull', False), _connector='OR'), name='mailings_mailing_stopped_has_its_time'), models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', False), ('status__in', ('done', 'cancelled'))), models.Q(models.Q(('status__in', ('done', 'cancelled')), _negated=True), ('ended_at__isnull', True)), _connector='OR'), name='mailings_mailing_ended_has_its_time')],
            },
        ),
        migrations.CreateModel(
            name='HistoricalMailingText',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('history_by_name', models.CharField(blank=True, max_length=250, verbose_name='by')),
                ('language', models.CharField(choices=[('ar', 'Arabic'), ('zh-hans', 'Chinese'), ('en', 'English'), ('fr', 'French'), ('ru', 'Russian'), ('es', 'Spanish')], max_length=7, verbose_name='language')),
                ('subject', models.TextField(blank=True, verbose_name='subject')),
                ('body', models.TextField(blank=True, verbose_name='text')),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('mailing', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='mailings.mailing', verbose_name='mailing')),
            ],
            options={
                'verbose_name': 'historical text of a mailing',
                'verbose_name_plural': 'historical texts of mailings',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='MailingText',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('language', models.CharField(choices=[('ar', 'Arabic'), ('zh-hans', 'Chinese'), ('en', 'English'), ('fr', 'French'), ('ru', 'Russian'), ('es', 'Spanish')], max_length=7, verbose_name='language')),
                ('subject', models.TextField(blank=True, verbose_name='subject')),
                ('body', models.TextField(blank=True, verbose_name='text')),
                ('mailing', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='texts', to='mailings.mailing', verbose_name='mailing')),
            ],
            options={
                'verbose_name': 'text of a mailing',
                'verbose_name_plural': 'texts of mailings',
                'default_permissions': (),
                'constraints': [models.UniqueConstraint(fields=('mailing', 'language'), name='mailings_mailingtext_one_a_language'), models.CheckConstraint(condition=models.Q(('language__in', ['ar', 'zh-hans', 'en', 'fr', 'ru', 'es'])), name='mailings_mailingtext_known_language')],
            },
        ),
        migrations.CreateModel(
            name='Recipient',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('address', models.CharField(max_length=254, verbose_name='address')),
                ('exclusion', models.CharField(blank=True, choices=[('removed', 'removed'), ('same_address', 'same address as another recipient (sent once)'), ('not_agreed', 'did not agree to receive bulletins'), ('unsubscribed', 'unsubscribed from bulletins'), ('suppressed', 'address suppressed because email bounced'), ('suspected', 'possible spam, not reviewed yet'), ('ended', 'member declined, closed or withdrawn in the meantime')], max_length=20, verbose_name='reason for exclusion')),
                ('removed_at', models.DateTimeField(blank=True, null=True, verbose_name='removed at')),
                ('queued_count', models.PositiveSmallIntegerField(default=0, verbose_name='times queued')),
                ('focal_point', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='members.focalpoint', verbose_name='focal point')),
                ('mailing', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='recipients', to='mailings.mailing', verbose_name='mailing')),
                ('message', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='outbox.message', verbose_name='message')),
                ('removed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='removed by')),
                ('merged_into', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='shared_with', to='mailings.recipient', verbose_name='merged with')),
            ],
            options={
                'verbose_name': 'recipient of a mailing',
                'verbose_name_plural': 'recipients of mailings',
                'default_permissions': (),
                'indexes': [models.Index(condition=models.Q(('exclusion', ''), ('message__isnull', True)), fields=['mailing', 'id'], name='mailings_to_queue'), models.Index(fields=['mailing', 'exclusion', 'id'], name='mailings_re_mailing_f587b5_idx'), models.Index(fields=['address'], name='mailings_re_address_c5a96c_idx')],
                'constraints': [models.CheckConstraint(condition=models.Q(('exclusion__in', ['', 'removed', 'same_address', 'not_agreed', 'unsubscribed', 'suppressed', 'suspected', 'ended'])), name='mailings_recipient_known_reason'), models.UniqueConstraint(fields=('mailing', 'focal_point'), name='mailings_recipient_chosen_once'), models.UniqueConstraint(condition=models.Q(('message__isnull', False)), fields=('mailing', 'address'), name='mailings_recipient_one_mail_an_address'), models.CheckConstraint(condition=models.Q(('exclusion', ''), ('message__isnull', True), _connector='OR'), name='mailings_recipient_left_out_is_not_written_to'), models.CheckConstraint(condition=models.Q(models.Q(('exclusion', 'same_address'), ('merged_into__isnull', False)), models.Q(models.Q(('exclusion', 'same_address'), _negated=True), ('merged_into__isnull', True)), _connector='OR'), name='mailings_recipient_shares_with_another'), models.CheckConstraint(condition=models.Q(models.Q(('exclusion', 'removed'), ('removed_at__isnull', False), ('removed_by__isnull', False)), models.Q(models.Q(('exclusion', 'removed'), _negated=True), ('removed_at__isnull', True), ('removed_by__isnull', True)), _connector='OR'), name='mailings_recipient_removed_by_somebody')],
            },
        ),
    ]
