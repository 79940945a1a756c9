import core.time_zones
import django.db.models.deletion
import django.db.models.functions.text
import members.models.focal_point
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('members', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='LinkRequest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('email', models.EmailField(max_length=254, verbose_name='email')),
                ('asked_at', models.DateTimeField(verbose_name='requested at')),
            ],
            options={
                'verbose_name': 'request for links',
                'verbose_name_plural': 'requests for links',
                'default_permissions': (),
                'constraints': [models.CheckConstraint(condition=models.Q(('email', ''), _negated=True), name='eoi_linkrequest_has_email')],
            },
        ),
        migrations.CreateModel(
            name='EoiDraft',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('submission_key', models.CharField(editable=False, max_length=64, unique=True)),
                ('announced_closes_at', models.DateTimeField(editable=False, verbose_name='closes at')),
                ('announced_grace_ends_at', models.DateTimeField(editable=False, verbose_name='grace period ends at')),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='email')),
                ('link_secret', models.CharField(default=members.models.focal_point.new_link_secret, editable=False, max_length=32)),
                ('language', models.CharField(choices=[('ar', 'Arabic'), ('zh-hans', 'Chinese'), ('en', 'English'), ('fr', 'French'), ('ru', 'Russian'), ('es', 'Spanish')], max_length=7, verbose_name='language')),
                ('time_zone', models.CharField(blank=True, max_length=64, validators=[core.time_zones.validate_time_zone], verbose_name='time zone')),
                ('form_data', models.TextField(editable=False, verbose_name='form data')),
                ('other_data', models.TextField(blank=True, editable=False, verbose_name='other version')),
                ('other_page', models.CharField(blank=True, editable=False, max_length=16)),
                ('started_at', models.DateTimeField(verbose_name='started at')),
                ('saved_at', models.DateTimeField(verbose_name='saved at')),
                ('expires_at', models.DateTimeField(verbose_name='expires at')),
                ('expiry_warned_at', models.DateTimeField(blank=True, null=True, verbose_name='expiry warning sent at')),
                ('reminded_deadline', models.DateTimeField(blank=True, null=True, verbose_name='deadline of last reminder')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('saved_page', models.CharField(blank=True, editable=False, max_length=16)),
                ('call', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='drafts', to='members.call', verbose_name='call')),
            ],
            options={
                'verbose_name': 'unfinished expression of interest',
                'verbose_name_plural': 'unfinished expressions of interest',
                'default_permissions': (),
                'indexes': [models.Index(fields=['expires_at'], name='eoi_eoidraf_expires_12feb4_idx')],
                'constraints': [models.CheckConstraint(condition=models.Q(('expires_at__gt', models.F('saved_at')), ('saved_at__gte', models.F('started_at'))), name='eoi_eoidraft_times_in_order'), models.CheckConstraint(condition=models.Q(('announced_grace_ends_at__gte', models.F('announced_closes_at'))), name='eoi_eoidraft_announced_grace_ends_after_closing'), models.CheckConstraint(condition=models.Q(('language__in', ['ar', 'zh-hans', 'en', 'fr', 'ru', 'es'])), name='eoi_eoidraft_known_language'), models.CheckConstraint(condition=models.Q(('submission_key', ''), _negated=True), name='eoi_eoidraft_has_key'), models.CheckConstraint(condition=models.Q(models.Q(('email', ''), _negated=True), models.Q(('expiry_warned_at', None), ('reminded_deadline', None)), _connector='OR'), name='eoi_eoidraft_only_an_address_is_written_to')],
            },
        ),
        migrations.CreateModel(
            name='CallAlert',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('email', models.EmailField(max_length=254, verbose_name='email')),
                ('link_secret', models.CharField(default=members.models.focal_point.new_link_secret, editable=False, max_length=32)),
                ('language', models.CharField(choices=[('ar', 'Arabic'), ('zh-hans', 'Chinese'), ('en', 'English'), ('fr', 'French'), ('ru', 'Russian'), ('es', 'Spanish')], max_length=7, verbose_name='language')),
                ('requested_at', models.DateTimeField(verbose_name='requested at')),
                ('confirmed_at', models.DateTimeField(blank=True, null=True, verbose_name='confirmed at')),
                ('call', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='members.call', verbose_name='call')),
            ],
            options={
                'verbose_name': 'alert about the next call',
                'verbose_name_plural': 'alerts about the next call',
                'default_permissions': (),
                'constraints': [models.UniqueConstraint(django.db.models.functions.text.Upper('email'), name='eoi_callalert_of_one_address'), models.CheckConstraint(condition=models.Q(('email', ''), _negated=True), name='eoi_callalert_has_email'), models.CheckConstraint(condition=models.Q(('language__in', ['ar', 'zh-hans', 'en', 'fr', 'ru', 'es'])), name='eoi_callalert_known_language'), models.CheckConstraint(condition=models.Q(('call', None), ('confirmed_at__isnull', False), _connector='OR'), name='eoi_callalert_announced_once_confirmed')],
            },
        ),
        migrations.CreateModel(
            name='SignOff',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('link_secret', models.CharField(default=members.models.focal_point.new_link_secret, editable=False, max_length=32)),
                ('made_at', models.DateTimeField(verbose_name='made at')),
                ('name', models.CharField(blank=True, max_length=200, verbose_name='name')),
                ('position', models.CharField(blank=True, max_length=200, verbose_name='position')),
                ('confirmed_at', models.DateTimeField(blank=True, null=True, verbose_name='confirmed at')),
                ('answers_digest', models.CharField(blank=True, editable=False, max_length=64)),
                ('draft', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='sign_off', to='eoi.eoidraft', verbose_name='draft')),
            ],
            options={
                'verbose_name': 'confirmation of a draft',
                'verbose_name_plural': 'confirmations of drafts',
                'default_permissions': (),
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('answers_digest', ''), ('confirmed_at__isnull', True), ('name', ''), ('position', '')), models.Q(('confirmed_at__isnull', False), models.Q(('name', ''), _negated=True), models.Q(('position', ''), _negated=True), models.Q(('answers_digest', ''), _negated=True)), _connector='OR'), name='eoi_signoff_confirmed_by_whom_and_what')],
            },
        ),
        migrations.CreateModel(
            name='LateRequest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('organisation_name', models.CharField(max_length=200, verbose_name='organisation')),
                ('requested_at', models.DateTimeField(verbose_name='requested at')),
                ('decided_at', models.DateTimeField(blank=True, null=True, verbose_name='decided at')),
                ('accepted_until', models.DateTimeField(blank=True, null=True, verbose_name='accepted until')),
                ('refusal', models.TextField(blank=True, verbose_name='reason for the refusal')),
                ('decided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='decided by')),
                ('draft', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='late_request', to='eoi.eoidraft', verbose_name='draft')),
            ],
            options={
                'verbose_name': 'request to send late',
                'verbose_name_plural': 'requests to send late',
                'permissions': [('decide_laterequest', 'Can accept or refuse a request to send late')],
                'default_permissions': ('view',),
                'constraints': [models.CheckConstraint(condition=models.Q(('organisation_name', ''), _negated=True), name='eoi_laterequest_has_a_name'), models.CheckConstraint(condition=models.Q(models.Q(('decided_at', None), ('decided_by', None)), models.Q(('decided_at__isnull', False), ('decided_by__isnull', False)), _connector='OR'), name='eoi_laterequest_decided_when_and_by_whom'), models.CheckConstraint(condition=models.Q(models.Q(('accepted_until', None), ('decided_at', None), ('refusal', '')), models.Q(('accepted_until__gt', models.F('decided_at')), ('accepted_until__isnull', False), ('decided_at__isnull', False), ('refusal', '')), models.Q(('accepted_until', None), ('decided_at__isnull', False), models.Q(('refusal', ''), _negated=True)), _connector='OR'), name='eoi_laterequest_accepted_or_refused')],
            },
        ),
    ]
