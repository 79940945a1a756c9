import django.db.models.deletion
import django.db.models.functions.text
import simple_history.models
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '__first__'),
    ]

    operations = [
        migrations.CreateModel(
            name='Heartbeat',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=255, verbose_name='process')),
                ('queue', models.CharField(blank=True, max_length=40, verbose_name='queue')),
                ('at', models.DateTimeField(verbose_name='last heartbeat at')),
            ],
            options={
                'verbose_name': 'heartbeat',
                'verbose_name_plural': 'heartbeats',
                'default_permissions': ('view',),
                'constraints': [models.UniqueConstraint(fields=('name', 'queue'), name='outbox_heartbeat_one_of_each')],
            },
        ),
        migrations.CreateModel(
            name='HistoricalMessageTemplate',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('history_by_name', models.CharField(blank=True, max_length=250, verbose_name='by')),
                ('template_type', models.CharField(max_length=60, verbose_name='kind')),
                ('language', models.CharField(choices=[('en', 'en'), ('fr', 'fr'), ('es', 'es'), ('ru', 'ru'), ('zh-hans', 'zh-hans'), ('ar', 'ar')], max_length=7, verbose_name='language')),
                ('subject', models.CharField(blank=True, max_length=200, verbose_name='subject')),
                ('body', models.TextField(verbose_name='text')),
                ('is_active', models.BooleanField(default=True, help_text='If inactive, messages of this kind are written in English or French.', verbose_name='active')),
                ('reviewed_at', models.DateTimeField(blank=True, null=True, verbose_name='reviewed at')),
                ('reviewed_by_name', models.CharField(blank=True, max_length=254, verbose_name='name at that time')),
                ('default_digest', models.CharField(blank=True, editable=False, max_length=64, verbose_name='shipped')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('reviewed_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='reviewed by')),
            ],
            options={
                'verbose_name': 'historical email template',
                'verbose_name_plural': 'historical email templates',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='Message',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('topic', models.CharField(max_length=200, unique=True, verbose_name='topic')),
                ('reference', models.CharField(blank=True, db_index=True, max_length=40, verbose_name='reference')),
                ('recipient', models.EmailField(max_length=254, verbose_name='recipient')),
                ('recipient_name', models.CharField(blank=True, max_length=500, verbose_name='name of the recipient')),
                ('language', models.CharField(max_length=7, verbose_name='language')),
                ('preferred_language', models.CharField(blank=True, max_length=7, verbose_name='preferred language')),
                ('queue', models.CharField(choices=[('mail', 'Letters'), ('bulk', 'Mailings')], default='mail', max_length=10, verbose_name='queue')),
                ('subject', models.CharField(max_length=300, verbose_name='subject')),
                ('body', models.TextField(verbose_name='text')),
                ('anonymous_body', models.TextField(blank=True, editable=False)),
                ('private_page', models.CharField(blank=True, editable=False, max_length=500)),
                ('private_code', models.CharField(blank=True, editable=False, max_length=20)),
                ('private_unsubscribe', models.CharField(blank=True, editable=False, max_length=500)),
                ('private_links', models.TextField(blank=True, editable=False)),
                ('attachment_name', models.CharField(blank=True, max_length=100, verbose_name='attachment')),
                ('attachment_type', models.CharField(blank=True, editable=False, max_length=100)),
                ('attachment', models.TextField(blank=True, editable=False)),
                ('conversations', models.TextField(blank=True, editable=False)),
                ('message_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('status', models.CharField(choices=[('queued', 'Queued'), ('sending', 'Being sent'), ('sent', 'Accepted by the mail server'), ('failed', 'Failed'), ('cancelled', 'Cancelled')], default='queued', max_length=20, verbose_name='status')),
                ('queued_at', models.DateTimeField(verbose_name='queued at')),
                ('first_due_at', models.DateTimeField(verbose_name='first due at')),
                ('due_at', models.DateTimeField(verbose_name='not before')),
                ('expires_at', models.DateTimeField(blank=True, null=True, verbose_name='expires at')),
                ('cancel_reason', models.CharField(blank=True, choices=[('cause_gone', 'No longer relevant.'), ('links_revoked', 'Its private links were revoked.')], editable=False, max_length=20, verbose_name='cancel reason')),
                ('published_at', models.DateTimeField(blank=True, null=True, verbose_name='passed to the workers at')),
                ('leased_until', models.DateTimeField(blank=True, null=True, verbose_name='leased until')),
                ('lease', models.UUIDField(blank=True, editable=False, null=True)),
                ('attempts', models.PositiveSmallIntegerField(default=0, verbose_name='attempts')),
                ('server_trouble_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='waiting for the mail server since')),
                ('sent_at', models.DateTimeField(blank=True, null=True, verbose_name='sent at')),
                ('server_response', models.TextField(blank=True, verbose_name='server response')),
                ('provider_id', models.CharField(blank=True, editable=False, max_length=200)),
                ('bounced_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='bounced at')),
                ('bounce_response', models.TextField(blank=True, editable=False, verbose_name='bounce response')),
                ('resent_from', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='resent_as', to='outbox.message', verbose_name='resent from')),
            ],
            options={
                'verbose_name': 'message',
                'verbose_name_plural': 'messages',
                'permissions': [('retry_message', 'Can retry a failed or deferred message'), ('cancel_message', 'Can cancel a queued message'), ('resend_message', 'Can resend a message to another address')],
                'default_permissions': ('view',),
                'indexes': [models.Index(fields=['status', 'due_at'], name='outbox_message_due'), models.Index(fields=['provider_id'], name='outbox_message_provider'), models.Index(condition=models.Q(('sent_at__isnull', False)), fields=['sent_at'], name='outbox_message_sent'), models.Index(condition=models.Q(('server_trouble_at__isnull', False)), fields=['server_trouble_at'], name='outbox_message_trouble'), models.Index(condition=models.Q(('bounced_at__isnull', False)), fields=['bounced_at'], name='outbox_message_bounced')],
                'constraints': [models.CheckConstraint(condition=models.Q(('status__in', ['queued', 'sending', 'sent', 'failed', 'cancelled'])), name='outbox_message_known_status'), models.CheckConstraint(condition=models.Q(('queue__in', ['mail', 'bulk'])), name='outbox_message_known_queue'), models.CheckConstraint(condition=models.Q(('cancel_reason__in', ['', 'cause_gone', 'links_revoked'])), name='outbox_message_known_cancel_reason'), models.CheckConstraint(condition=models.Q(models.Q(('sent_at__isnull', False), ('status', 'sent')), models.Q(models.Q(('status', 'sent'), _negated=True), ('sent_at__isnull', True)), _connector='OR'), name='outbox_message_sent_has_its_time'), models.CheckConstraint(condition=models.Q(models.Q(('lease__isnull', False), ('leased_until__isnull', False), ('status', 'sending')), models.Q(models.Q(('status', 'sending'), _negated=True), ('lease__isnull', True), ('leased_until__isnull', True)), _connector='OR'), name='outbox_message_sending_has_a_lease'), models.CheckConstraint(condition=models.Q(models.Q(('status__in', ('sent', 'cancelled')), _negated=True), models.Q(('private_code', ''), ('private_links', ''), ('private_page', ''), ('private_unsubscribe', '')), _connector='OR'), name='outbox_message_finished_keeps_no_private_link'), models.CheckConstraint(condition=models.Q(models.Q(('attachment', ''), ('attachment_name', ''), ('attachment_type', '')), models.Q(('attachment_name', ''), ('attachment_type', ''), ('attachment', ''), _connector='OR', _negated=True), _connector='OR'), name='outbox_message_whole_attachment'), models.CheckConstraint(condition=models.Q(('due_at__gte', models.F('first_due_at'))), name='outbox_message_first_due_first'), models.CheckConstraint(condition=models.Q(('server_trouble_at__isnull', True), ('status__in', ('queued', 'sending')), _connector='OR'), name='outbox_message_only_what_waits_waits_for_the_server'), models.CheckConstraint(condition=models.Q(('bounced_at__isnull', True), ('status', 'sent'), _connector='OR'), name='outbox_message_only_what_was_sent_comes_back')],
            },
        ),
        migrations.CreateModel(
            name='DeliveryEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(editable=False, max_length=64, unique=True)),
                ('provider', models.CharField(max_length=20, verbose_name='provider')),
                ('kind', models.CharField(choices=[('delivered', 'Delivered'), ('delayed', 'Delayed'), ('soft_bounce', 'Bounced, although the address may be valid'), ('hard_bounce', 'Bounced: no such address'), ('refused', 'Refused by the provider'), ('complaint', 'Reported as spam'), ('automatic_reply', 'Automatic reply'), ('unsubscribed', 'Unsubscribed at the provider')], max_length=20, verbose_name='kind')),
                ('at', models.DateTimeField(verbose_name='when')),
                ('received_at', models.DateTimeField(verbose_name='reported at')),
                ('message_uuid', models.UUIDField(blank=True, editable=False, null=True)),
                ('provider_id', models.CharField(blank=True, editable=False, max_length=200)),
                ('response', models.TextField(blank=True, verbose_name='response')),
                ('message', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='events', to='outbox.message', verbose_name='message')),
            ],
            options={
                'verbose_name': 'provider report',
                'verbose_name_plural': 'provider reports',
                'default_permissions': (),
                'indexes': [models.Index(condition=models.Q(('message__isnull', True)), fields=['received_at'], name='outbox_deliveryevent_unmatched')],
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['delivered', 'delayed', 'soft_bounce', 'hard_bounce', 'refused', 'complaint', 'automatic_reply', 'unsubscribed'])), name='outbox_deliveryevent_known_kind')],
            },
        ),
        migrations.CreateModel(
            name='MessageAction',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('retried', 'Retried'), ('cancelled', 'Cancelled'), ('written_again', 'Resent')], max_length=20, verbose_name='kind')),
                ('at', models.DateTimeField(db_index=True, verbose_name='when')),
                ('by_name', models.CharField(max_length=254, verbose_name='name at that time')),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by')),
                ('message', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='actions', to='outbox.message', verbose_name='message')),
            ],
            options={
                'verbose_name': 'message action',
                'verbose_name_plural': 'message actions',
                'default_permissions': (),
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['retried', 'cancelled', 'written_again'])), name='outbox_messageaction_known_kind')],
            },
        ),
        migrations.CreateModel(
            name='MessageTemplate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('template_type', models.CharField(max_length=60, verbose_name='kind')),
                ('language', models.CharField(choices=[('en', 'en'), ('fr', 'fr'), ('es', 'es'), ('ru', 'ru'), ('zh-hans', 'zh-hans'), ('ar', 'ar')], max_length=7, verbose_name='language')),
                ('subject', models.CharField(blank=True, max_length=200, verbose_name='subject')),
                ('body', models.TextField(verbose_name='text')),
                ('is_active', models.BooleanField(default=True, help_text='If inactive, messages of this kind are written in English or French.', verbose_name='active')),
                ('reviewed_at', models.DateTimeField(blank=True, null=True, verbose_name='reviewed at')),
                ('reviewed_by_name', models.CharField(blank=True, max_length=254, verbose_name='name at that time')),
                ('default_digest', models.CharField(blank=True, editable=False, max_length=64, verbose_name='shipped')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('reviewed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='reviewed by')),
            ],
            options={
                'verbose_name': 'email template',
                'verbose_name_plural': 'email templates',
                'permissions': [('review_messagetemplate', 'Can mark an email template as reviewed')],
                'default_permissions': ('change', 'view'),
                'constraints': [models.UniqueConstraint(fields=('template_type', 'language'), name='outbox_messagetemplate_one_a_language'), models.CheckConstraint(condition=models.Q(('language__in', ('en', 'fr', 'es', 'ru', 'zh-hans', 'ar'))), name='outbox_messagetemplate_known_language'), models.CheckConstraint(condition=models.Q(models.Q(('template_type', ''), _negated=True), models.Q(('body', ''), _negated=True)), name='outbox_messagetemplate_says_something'), models.CheckConstraint(condition=models.Q(models.Q(('language', 'en'), _negated=True), ('is_active', True), _connector='OR'), name='outbox_messagetemplate_english_stays_in_use'), models.CheckConstraint(condition=models.Q(models.Q(('reviewed_at__isnull', True), ('reviewed_by__isnull', True)), models.Q(('reviewed_at__isnull', False), ('reviewed_by__isnull', False)), _connector='OR'), name='outbox_messagetemplate_reviewed_by_somebody')],
            },
        ),
        migrations.CreateModel(
            name='SuppressedAddress',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('address', models.EmailField(max_length=254, verbose_name='address')),
                ('reason', models.CharField(choices=[('hard_bounce', 'Email to this address bounced: the address does not exist.'), ('complaint', 'The owner of this address reported our emails as spam.')], max_length=20, verbose_name='reason')),
                ('since', models.DateTimeField(verbose_name='since')),
                ('lifted_at', models.DateTimeField(blank=True, null=True, verbose_name='lifted at')),
                ('lifted_by_name', models.CharField(blank=True, max_length=254, verbose_name='name at that time')),
                ('event', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='outbox.deliveryevent', verbose_name='report')),
                ('lifted_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='lifted by')),
            ],
            options={
                'verbose_name': 'suppressed address',
                'verbose_name_plural': 'suppressed addresses',
                'permissions': [('lift_suppressedaddress', 'Can remove an address from the suppression list')],
                'default_permissions': ('view',),
                'constraints': [models.CheckConstraint(condition=models.Q(('reason__in', ['hard_bounce', 'complaint'])), name='outbox_suppressedaddress_known_reason'), models.CheckConstraint(condition=models.Q(('address', django.db.models.functions.text.Lower('address'))), name='outbox_suppressedaddress_in_small_letters'), models.CheckConstraint(condition=models.Q(models.Q(('lifted_at__isnull', True), ('lifted_by__isnull', True), ('lifted_by_name', '')), models.Q(('lifted_at__isnull', False), ('lifted_by__isnull', False), models.Q(('lifted_by_name', ''), _negated=True)), _connector='OR'), name='outbox_suppressedaddress_lifted_when_and_by_whom'), models.UniqueConstraint(condition=models.Q(('lifted_at__isnull', True)), fields=('address',), name='outbox_suppressedaddress_once_at_a_time')],
            },
        ),
        migrations.AddField(
            model_name='message',
            name='suppressed_by',
            field=models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='held_back', to='outbox.suppressedaddress', verbose_name='suppressed because of'),
        ),
        migrations.AddConstraint(
            model_name='message',
            constraint=models.CheckConstraint(condition=models.Q(('suppressed_by__isnull', True), ('status', 'cancelled'), _connector='OR'), name='outbox_message_held_back_is_cancelled'),
        ),
    ]
