import core.time_zones
import django.db.models.deletion
import simple_history.models
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '__first__'),
        ('focus_areas', '0001_initial'),
        ('meetings', '0001_initial'),
        ('members', '0001_initial'),
        ('papers', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='HistoricalRsvp',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('history_by_name', models.CharField(blank=True, max_length=250, verbose_name='by')),
                ('link_version', models.PositiveIntegerField(editable=False)),
                ('choice', models.CharField(choices=[('yes', 'Yes, in person'), ('remote', 'Yes, remotely'), ('no', 'No')], max_length=10, verbose_name='RSVP')),
                ('starts_at', models.DateTimeField(verbose_name='meeting start at time of reply')),
                ('responded_at', models.DateTimeField(verbose_name='replied at')),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='replied by')),
                ('focal_point', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='members.focalpoint', verbose_name='focal point')),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('meeting', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='meetings.meeting', verbose_name='meeting')),
            ],
            options={
                'verbose_name': 'historical RSVP',
                'verbose_name_plural': 'historical RSVPs',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HistoricalAttendance',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('history_by_name', models.CharField(blank=True, max_length=250, verbose_name='by')),
                ('name', models.CharField(max_length=250, verbose_name='name')),
                ('organisation_name', models.CharField(max_length=200, verbose_name='organisation')),
                ('presence', models.CharField(choices=[('on_site', 'Attended in person'), ('remote', 'Attended remotely'), ('absent', 'Absent'), ('elsewhere', 'At another sitting')], max_length=10, verbose_name='presence')),
                ('recorded_at', models.DateTimeField(verbose_name='recorded at')),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('focal_point', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='members.focalpoint', verbose_name='focal point')),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('meeting', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='meetings.meeting', verbose_name='meeting')),
                ('recorded_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='recorded by')),
            ],
            options={
                'verbose_name': 'historical attendance',
                'verbose_name_plural': 'historical attendance',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HistoricalCalendarFeed',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('history_by_name', models.CharField(blank=True, max_length=250, verbose_name='by')),
                ('declined', models.CharField(choices=[('free', 'Show them as free time'), ('omit', 'Leave them out')], default='free', max_length=10, verbose_name='declined meetings')),
                ('reminder', models.CharField(choices=[('none', 'No reminder'), ('10_minutes', '10 minutes before'), ('1_hour', '1 hour before'), ('1_day', '1 day before')], default='none', max_length=10, verbose_name='reminder in the calendar')),
                ('changed_at', models.DateTimeField(blank=True, null=True, verbose_name='changed at')),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('user', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='account')),
            ],
            options={
                'verbose_name': 'historical calendar feed',
                'verbose_name_plural': 'historical calendar feeds',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HistoricalMailPreferences',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('history_by_name', models.CharField(blank=True, max_length=250, verbose_name='by')),
                ('day_before', models.BooleanField(default=True, verbose_name='reminder one day before a meeting')),
                ('hour_before', models.BooleanField(default=False, verbose_name='reminder one hour before a meeting')),
                ('new_papers', models.BooleanField(default=True, verbose_name='daily email about new papers')),
                ('calendar_files', models.BooleanField(default=False, verbose_name='calendar file with emails about changed meetings')),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('user', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='account')),
            ],
            options={
                'verbose_name': 'historical email preferences',
                'verbose_name_plural': 'historical email preferences',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='PaperDigest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField(unique=True, verbose_name='day')),
                ('made_at', models.DateTimeField(verbose_name='created at')),
                ('finished_at', models.DateTimeField(blank=True, null=True, verbose_name='finished at')),
            ],
            options={
                'verbose_name': 'paper digest',
                'verbose_name_plural': 'paper digest',
                'default_permissions': (),
                'constraints': [models.CheckConstraint(condition=models.Q(('finished_at__isnull', True), ('finished_at__gte', models.F('made_at')), _connector='OR'), name='participation_paperdigest_finished_after_it_was_made')],
            },
        ),
        migrations.CreateModel(
            name='DigestedVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='digested_versions', to='participation.paperdigest', verbose_name='digest')),
                ('version', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='digested_version', to='papers.paperversion', verbose_name='file')),
            ],
            options={
                'verbose_name': 'announced file',
                'verbose_name_plural': 'announced files',
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='CalendarFeed',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('declined', models.CharField(choices=[('free', 'Show them as free time'), ('omit', 'Leave them out')], default='free', max_length=10, verbose_name='declined meetings')),
                ('reminder', models.CharField(choices=[('none', 'No reminder'), ('10_minutes', '10 minutes before'), ('1_hour', '1 hour before'), ('1_day', '1 day before')], default='none', max_length=10, verbose_name='reminder in the calendar')),
                ('changed_at', models.DateTimeField(blank=True, null=True, verbose_name='changed at')),
                ('fetched_on', models.DateField(blank=True, null=True, verbose_name='last fetched on')),
                ('user', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='calendar_feed', to=settings.AUTH_USER_MODEL, verbose_name='account')),
            ],
            options={
                'verbose_name': 'calendar feed',
                'verbose_name_plural': 'calendar feeds',
                'default_permissions': (),
                'constraints': [models.CheckConstraint(condition=models.Q(('declined__in', ['free', 'omit'])), name='participation_calendarfeed_known_declined'), models.CheckConstraint(condition=models.Q(('reminder__in', ['none', '10_minutes', '1_hour', '1_day'])), name='participation_calendarfeed_known_reminder')],
            },
        ),
        migrations.CreateModel(
            name='MailPreferences',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day_before', models.BooleanField(default=True, verbose_name='reminder one day before a meeting')),
                ('hour_before', models.BooleanField(default=False, verbose_name='reminder one hour before a meeting')),
                ('new_papers', models.BooleanField(default=True, verbose_name='daily email about new papers')),
                ('calendar_files', models.BooleanField(default=False, verbose_name='calendar file with emails about changed meetings')),
                ('user', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='mail_preferences', to=settings.AUTH_USER_MODEL, verbose_name='account')),
            ],
            options={
                'verbose_name': 'email preferences',
                'verbose_name_plural': 'email preferences',
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='Announcement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(editable=False)),
                ('notice_count', models.PositiveIntegerField(default=0, verbose_name='notices')),
                ('announced_at', models.DateTimeField(verbose_name='announced at')),
                ('status', models.CharField(choices=[('draft', 'Draft'), ('scheduled', 'Scheduled'), ('cancelled', 'Cancelled')], max_length=20, verbose_name='status')),
                ('starts_at', models.DateTimeField(verbose_name='starts at')),
                ('ends_at', models.DateTimeField(verbose_name='ends at')),
                ('time_zone', models.CharField(max_length=64, validators=[core.time_zones.validate_time_zone], verbose_name='time zone')),
                ('is_all_day', models.BooleanField(verbose_name='all day')),
                ('place', models.CharField(blank=True, max_length=200, verbose_name='place')),
                ('join_link', models.URLField(blank=True, max_length=500, verbose_name='join link')),
                ('focus_area', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='focus_areas.focusarea', verbose_name='focus area')),
                ('meeting', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='announcement', to='meetings.meeting', verbose_name='meeting')),
            ],
            options={
                'verbose_name': 'announcement',
                'verbose_name_plural': 'announcements',
                'default_permissions': (),
                'constraints': [models.CheckConstraint(condition=models.Q(('status__in', ['scheduled', 'cancelled'])), name='participation_announcement_of_no_draft'), models.CheckConstraint(condition=models.Q(('ends_at__gt', models.F('starts_at'))), name='participation_announcement_ends_after_start')],
            },
        ),
        migrations.CreateModel(
            name='Rsvp',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('link_version', models.PositiveIntegerField(editable=False)),
                ('choice', models.CharField(choices=[('yes', 'Yes, in person'), ('remote', 'Yes, remotely'), ('no', 'No')], max_length=10, verbose_name='RSVP')),
                ('starts_at', models.DateTimeField(verbose_name='meeting start at time of reply')),
                ('responded_at', models.DateTimeField(verbose_name='replied at')),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='replied by')),
                ('focal_point', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='rsvps', to='members.focalpoint', verbose_name='focal point')),
                ('meeting', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='meetings.meeting', verbose_name='meeting')),
            ],
            options={
                'verbose_name': 'RSVP',
                'verbose_name_plural': 'RSVPs',
                'default_permissions': ('view',),
                'constraints': [models.UniqueConstraint(fields=('meeting', 'focal_point', 'link_version'), name='participation_rsvp_one_of_each_holder'), models.CheckConstraint(condition=models.Q(('choice__in', ['yes', 'remote', 'no'])), name='participation_rsvp_known_choice')],
            },
        ),
        migrations.CreateModel(
            name='Attendance',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=250, verbose_name='name')),
                ('organisation_name', models.CharField(max_length=200, verbose_name='organisation')),
                ('presence', models.CharField(choices=[('on_site', 'Attended in person'), ('remote', 'Attended remotely'), ('absent', 'Absent'), ('elsewhere', 'At another sitting')], max_length=10, verbose_name='presence')),
                ('recorded_at', models.DateTimeField(verbose_name='recorded at')),
                ('focal_point', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='members.focalpoint', verbose_name='focal point')),
                ('meeting', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='meetings.meeting', verbose_name='meeting')),
                ('recorded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='recorded by')),
            ],
            options={
                'verbose_name': 'attendance',
                'verbose_name_plural': 'attendance',
                'permissions': [('take_attendance', 'Can record attendance of meetings')],
                'default_permissions': ('view',),
                'constraints': [models.UniqueConstraint(fields=('meeting', 'focal_point'), name='participation_attendance_once'), models.CheckConstraint(condition=models.Q(('presence__in', ['on_site', 'remote', 'absent', 'elsewhere'])), name='participation_attendance_known_presence')],
            },
        ),
        migrations.CreateModel(
            name='MemberAccount',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('made_at', models.DateTimeField(verbose_name='created at')),
                ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='ended at')),
                ('user', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='member_account', to=settings.AUTH_USER_MODEL, verbose_name='account')),
            ],
            options={
                'verbose_name': 'focal point account',
                'verbose_name_plural': 'focal point accounts',
                'default_permissions': (),
                'constraints': [models.CheckConstraint(condition=models.Q(('ended_at__isnull', True), ('ended_at__gte', models.F('made_at')), _connector='OR'), name='participation_memberaccount_ends_after_it_was_made')],
            },
        ),
    ]
