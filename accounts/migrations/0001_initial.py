import accounts.models
import core.addresses
import core.time_zones
import django.db.models.deletion
import django.db.models.functions.text
import simple_history.models
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
    ]

    operations = [
        migrations.CreateModel(
            name='User',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('is_superuser', models.BooleanField(default=False, help_text='Designates that this user has all permissions without explicitly assigning them.', verbose_name='superuser status')),
                ('email', core.addresses.AddressField(max_length=254, unique=True, verbose_name='email')),
                ('name', models.CharField(blank=True, max_length=200, verbose_name='name')),
                ('is_staff', models.BooleanField(default=False, verbose_name='can access the administration')),
                ('is_active', models.BooleanField(default=True, help_text='Untick this instead of deleting the account. The history keeps the name of the person.', verbose_name='active')),
                ('language', models.CharField(default='en', max_length=7, validators=[accounts.models.validate_language], verbose_name='email language')),
                ('time_zone', models.CharField(default='Europe/Zurich', max_length=64, validators=[core.time_zones.validate_time_zone], verbose_name='time zone')),
                ('wants_digest', models.BooleanField(default=True, help_text='Sent at 07:00 in the time zone above, Monday to Friday, if there is something to do.', verbose_name='daily summary')),
                ('joined_at', models.DateTimeField(auto_now_add=True, verbose_name='joined at')),
                ('signed_in_at', models.DateTimeField(editable=False, null=True, verbose_name='last sign-in')),
                ('groups', models.ManyToManyField(blank=True, help_text='The groups this user belongs to. A user will get all permissions granted to each of their groups.', related_name='user_set', related_query_name='user', to='auth.group', verbose_name='groups')),
                ('user_permissions', models.ManyToManyField(blank=True, help_text='Specific permissions for this user.', related_name='user_set', related_query_name='user', to='auth.permission', verbose_name='user permissions')),
            ],
            options={
                'verbose_name': 'user',
                'verbose_name_plural': 'users',
                'permissions': [('view_audit', 'Can view the full change history of all records'), ('view_staff', 'Can view the list of staff and their roles'), ('manage_staff', 'Can invite, change and deactivate staff')],
                'constraints': [models.UniqueConstraint(django.db.models.functions.text.Lower('email'), name='accounts_user_email_in_any_case', violation_error_message='An account with this email address already exists.')],
            },
        ),
        migrations.CreateModel(
            name='HistoricalGroup',
            fields=[
                ('id', models.IntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('name', models.CharField(db_index=True, max_length=150, verbose_name='name')),
                ('history_by_name', models.CharField(blank=True, max_length=250, verbose_name='by')),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'historical group',
                'verbose_name_plural': 'historical groups',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HistoricalGroup_permissions',
            fields=[
                ('id', models.IntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('m2m_history_id', models.AutoField(primary_key=True, serialize=False)),
                ('group', models.ForeignKey(blank=True, db_constraint=False, db_tablespace='', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='auth.group')),
                ('history', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, to='accounts.historicalgroup')),
                ('permission', models.ForeignKey(blank=True, db_constraint=False, db_tablespace='', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='auth.permission')),
            ],
            options={
                'verbose_name': 'HistoricalGroup_permissions',
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HistoricalUser',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('is_superuser', models.BooleanField(default=False, help_text='Designates that this user has all permissions without explicitly assigning them.', verbose_name='superuser status')),
                ('history_by_name', models.CharField(blank=True, max_length=250, verbose_name='by')),
                ('email', core.addresses.AddressField(db_index=True, max_length=254, verbose_name='email')),
                ('name', models.CharField(blank=True, max_length=200, verbose_name='name')),
                ('is_staff', models.BooleanField(default=False, verbose_name='can access the administration')),
                ('is_active', models.BooleanField(default=True, help_text='Untick this instead of deleting the account. The history keeps the name of the person.', verbose_name='active')),
                ('language', models.CharField(default='en', max_length=7, validators=[accounts.models.validate_language], verbose_name='email language')),
                ('time_zone', models.CharField(default='Europe/Zurich', max_length=64, validators=[core.time_zones.validate_time_zone], verbose_name='time zone')),
                ('wants_digest', models.BooleanField(default=True, help_text='Sent at 07:00 in the time zone above, Monday to Friday, if there is something to do.', verbose_name='daily summary')),
                ('joined_at', models.DateTimeField(blank=True, editable=False, verbose_name='joined at')),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'historical user',
                'verbose_name_plural': 'historical users',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HistoricalUser_groups',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('m2m_history_id', models.AutoField(primary_key=True, serialize=False)),
                ('group', models.ForeignKey(blank=True, db_constraint=False, db_tablespace='', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='auth.group')),
                ('history', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, to='accounts.historicaluser')),
                ('user', models.ForeignKey(blank=True, db_constraint=False, db_tablespace='', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'HistoricalUser_groups',
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HistoricalUser_user_permissions',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('m2m_history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, to='accounts.historicaluser')),
                ('permission', models.ForeignKey(blank=True, db_constraint=False, db_tablespace='', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='auth.permission')),
                ('user', models.ForeignKey(blank=True, db_constraint=False, db_tablespace='', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'HistoricalUser_user_permissions',
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='Invitation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('link_secret', models.CharField(default=accounts.models.new_link_secret, editable=False, max_length=32)),
                ('sent_at', models.DateTimeField(verbose_name='sent at')),
                ('expires_at', models.DateTimeField(verbose_name='expires at')),
                ('user', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='invitation', to=settings.AUTH_USER_MODEL, verbose_name='user')),
            ],
            options={
                'verbose_name': 'invitation',
                'verbose_name_plural': 'invitations',
                'default_permissions': (),
                'constraints': [models.CheckConstraint(condition=models.Q(('expires_at__gt', models.F('sent_at'))), name='accounts_invitation_sent_before_it_expires')],
            },
        ),
        migrations.CreateModel(
            name='Session',
            fields=[
                ('session_key', models.CharField(max_length=40, primary_key=True, serialize=False, verbose_name='session key')),
                ('session_data', models.TextField(verbose_name='session data')),
                ('expire_date', models.DateTimeField(db_index=True, verbose_name='expire date')),
                ('last_used_at', models.DateTimeField(verbose_name='last used at')),
                ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='user')),
            ],
            options={
                'verbose_name': 'session',
                'verbose_name_plural': 'sessions',
                'abstract': False,
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='ReadingEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(db_index=True, verbose_name='when')),
                ('quarter_at', models.DateTimeField(editable=False)),
                ('record_type', models.CharField(max_length=60, verbose_name='kind of record')),
                ('record_pk', models.PositiveBigIntegerField(default=0, verbose_name='record')),
                ('kind', models.CharField(choices=[('page', 'Page'), ('file', 'File'), ('letter', 'Letter'), ('export', 'Export')], max_length=10, verbose_name='how')),
                ('by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by')),
            ],
            options={
                'verbose_name': 'reading of personal data',
                'verbose_name_plural': 'readings of personal data',
                'default_permissions': (),
                'indexes': [models.Index(fields=['record_type', 'record_pk'], name='reading_record')],
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['page', 'file', 'letter', 'export'])), name='accounts_readingevent_known_kind'), models.CheckConstraint(condition=models.Q(models.Q(('record_pk', 0), _negated=True), ('kind', 'export'), _connector='OR'), name='accounts_readingevent_only_exports_are_of_many'), models.UniqueConstraint(fields=('by', 'record_type', 'record_pk', 'kind', 'quarter_at'), name='accounts_readingevent_once_a_quarter')],
            },
        ),
        migrations.CreateModel(
            name='SignInEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(db_index=True, verbose_name='when')),
                ('account_kind', models.CharField(choices=[('staff', 'Staff'), ('focal_point', 'Focal point'), ('unknown', 'No account')], max_length=20, verbose_name='kind of account')),
                ('method', models.CharField(choices=[('password', 'Password'), ('second_factor', 'Second factor after the password'), ('passkey', 'Passkey alone'), ('code', 'Code by email'), ('confirmation', 'Confirmation in a session')], max_length=20, verbose_name='how')),
                ('outcome', models.CharField(choices=[('succeeded', 'Signed in'), ('wrong', 'Wrong password, code or passkey'), ('expired', 'Code expired'), ('too_many', 'Too many attempts'), ('inactive', 'Account is deactivated')], max_length=20, verbose_name='outcome')),
                ('browser', models.CharField(blank=True, max_length=60, verbose_name='browser')),
                ('network', models.CharField(blank=True, max_length=12, verbose_name='network')),
                ('quarter_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('user', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='account')),
            ],
            options={
                'verbose_name': 'sign-in',
                'verbose_name_plural': 'sign-ins',
                'default_permissions': (),
                'constraints': [models.CheckConstraint(condition=models.Q(('account_kind__in', ['staff', 'focal_point', 'unknown'])), name='accounts_signinevent_known_account_kind'), models.CheckConstraint(condition=models.Q(('method__in', ['password', 'second_factor', 'passkey', 'code', 'confirmation'])), name='accounts_signinevent_known_method'), models.CheckConstraint(condition=models.Q(('outcome__in', ['succeeded', 'wrong', 'expired', 'too_many', 'inactive'])), name='accounts_signinevent_known_outcome'), models.CheckConstraint(condition=models.Q(models.Q(('account_kind', 'unknown'), ('user__isnull', True)), models.Q(models.Q(('account_kind', 'unknown'), _negated=True), ('user__isnull', False)), _connector='OR'), name='accounts_signinevent_kind_of_its_account'), models.CheckConstraint(condition=models.Q(models.Q(('outcome', 'succeeded'), _negated=True), ('user__isnull', False), _connector='OR'), name='accounts_signinevent_success_has_an_account'), models.CheckConstraint(condition=models.Q(models.Q(('outcome', 'too_many'), ('quarter_at__isnull', False)), models.Q(models.Q(('outcome', 'too_many'), _negated=True), ('quarter_at__isnull', True)), _connector='OR'), name='accounts_signinevent_only_refusals_have_a_quarter'), models.UniqueConstraint(fields=('network', 'method', 'quarter_at'), name='accounts_signinevent_one_refusal_a_quarter')],
            },
        ),
    ]
