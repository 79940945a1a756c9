import core.time_zones
import datetime
import django.db.models.deletion
import simple_history.models
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '__first__'),
        ('focus_areas', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='HistoricalSeries',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('history_by_name', models.CharField(blank=True, max_length=250, verbose_name='by')),
                ('frequency', models.CharField(choices=[('weekly', 'weekly'), ('monthly', 'monthly')], max_length=10, verbose_name='repeats')),
                ('interval', models.PositiveSmallIntegerField(default=1, verbose_name='every')),
                ('weekday', models.PositiveSmallIntegerField(choices=[(0, 'Monday'), (1, 'Tuesday'), (2, 'Wednesday'), (3, 'Thursday'), (4, 'Friday'), (5, 'Saturday'), (6, 'Sunday')], verbose_name='weekday')),
                ('week', models.SmallIntegerField(blank=True, choices=[(1, 'first'), (2, 'second'), (3, 'third'), (4, 'fourth'), (-1, 'last')], null=True, verbose_name='position in the month')),
                ('first_day', models.DateField(verbose_name='from')),
                ('last_day', models.DateField(blank=True, null=True, verbose_name='until')),
                ('count', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='number of meetings')),
                ('local_time', models.TimeField(blank=True, null=True, verbose_name='begins at')),
                ('duration', models.DurationField(verbose_name='duration')),
                ('time_zone', models.CharField(max_length=64, validators=[core.time_zones.validate_time_zone], verbose_name='time zone')),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'historical series',
                'verbose_name_plural': 'historical series',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='Series',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('frequency', models.CharField(choices=[('weekly', 'weekly'), ('monthly', 'monthly')], max_length=10, verbose_name='repeats')),
                ('interval', models.PositiveSmallIntegerField(default=1, verbose_name='every')),
                ('weekday', models.PositiveSmallIntegerField(choices=[(0, 'Monday'), (1, 'Tuesday'), (2, 'Wednesday'), (3, 'Thursday'), (4, 'Friday'), (5, 'Saturday'), (6, 'Sunday')], verbose_name='weekday')),
                ('week', models.SmallIntegerField(blank=True, choices=[(1, 'first'), (2, 'second'), (3, 'third'), (4, 'fourth'), (-1, 'last')], null=True, verbose_name='position in the month')),
                ('first_day', models.DateField(verbose_name='from')),
                ('last_day', models.DateField(blank=True, null=True, verbose_name='until')),
                ('count', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='number of meetings')),
                ('local_time', models.TimeField(blank=True, null=True, verbose_name='begins at')),
                ('duration', models.DurationField(verbose_name='duration')),
                ('time_zone', models.CharField(max_length=64, validators=[core.time_zones.validate_time_zone], verbose_name='time zone')),
            ],
            options={
                'verbose_name': 'series',
                'verbose_name_plural': 'series',
                'default_permissions': (),
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('frequency', 'weekly'), ('week', None)), models.Q(('frequency', 'monthly'), ('week__in', [1, 2, 3, 4, -1]), ('week__isnull', False)), _connector='OR'), name='meetings_series_week_of_a_month'), models.CheckConstraint(condition=models.Q(('interval__gte', 1), ('interval__lte', 52)), name='meetings_series_interval_within_a_year'), models.CheckConstraint(condition=models.Q(('weekday__in', [0, 1, 2, 3, 4, 5, 6])), name='meetings_series_known_weekday'), models.CheckConstraint(condition=models.Q(models.Q(('count__gte', 1), ('count__isnull', False), ('count__lte', 100), ('last_day', None)), models.Q(('count', None), ('last_day__gte', models.F('first_day')), ('last_day__isnull', False)), _connector='OR'), name='meetings_series_ends_one_way'), models.CheckConstraint(condition=models.Q(('duration__gt', datetime.timedelta(0))), name='meetings_series_lasts')],
            },
        ),
        migrations.CreateModel(
            name='Meeting',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('kind', models.CharField(choices=[('meeting', 'Meeting'), ('web_dialogue', 'Web dialogue'), ('deadline', 'Deadline'), ('event', 'Event')], max_length=20, verbose_name='kind')),
                ('title', models.CharField(max_length=200, verbose_name='title')),
                ('language', models.CharField(default='en', max_length=7, verbose_name='language of the text')),
                ('occurrence', models.DateField(blank=True, null=True, verbose_name='original day in the series')),
                ('starts_at', models.DateTimeField(verbose_name='starts at')),
                ('ends_at', models.DateTimeField(verbose_name='ends at')),
                ('time_zone', models.CharField(default='Europe/Zurich', max_length=64, validators=[core.time_zones.validate_time_zone], verbose_name='time zone')),
                ('local_day', models.DateField(editable=False, verbose_name='local day')),
                ('local_time', models.TimeField(blank=True, editable=False, null=True, verbose_name='local time')),
                ('is_all_day', models.BooleanField(default=False, verbose_name='all day')),
                ('is_tentative', models.BooleanField(default=False, verbose_name='to be confirmed')),
                ('is_public', models.BooleanField(default=False, help_text='The join link is never public.', verbose_name='public')),
                ('place', models.CharField(blank=True, max_length=200, verbose_name='place')),
                ('join_link', models.URLField(blank=True, max_length=500, verbose_name='join link')),
                ('agenda', models.TextField(blank=True, verbose_name='agenda')),
                ('recording_link', models.URLField(blank=True, help_text='After the meeting, only the working group sees it unless you publish it.', max_length=500, verbose_name='link to the recording')),
                ('is_recording_public', models.BooleanField(default=False, help_text='Everybody can open the recording on the public page of the meeting, after the meeting. Only for a public meeting.', verbose_name='recording is public')),
                ('status', models.CharField(choices=[('draft', 'Draft'), ('scheduled', 'Scheduled'), ('cancelled', 'Cancelled')], default='draft', max_length=20, verbose_name='status')),
                ('sequence', models.PositiveIntegerField(default=0, editable=False, verbose_name='sequence')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('changed_at', models.DateTimeField(editable=False, verbose_name='last changed at')),
                ('focus_area', models.ForeignKey(blank=True, help_text='Leave empty for the whole coalition.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='focus_areas.focusarea', verbose_name='focus area')),
                ('sitting_of', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='sittings', to='meetings.meeting', verbose_name='another sitting of')),
                ('series', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='meetings', to='meetings.series', verbose_name='series')),
            ],
            options={
                'verbose_name': 'meeting',
                'verbose_name_plural': 'meetings',
                'permissions': [('schedule_meeting', 'Can schedule a meeting'), ('cancel_meeting', 'Can cancel a meeting')],
                'default_permissions': ('add', 'change', 'view'),
                'indexes': [models.Index(fields=['starts_at'], name='meetings_me_starts__dbcf82_idx'), models.Index(fields=['ends_at'], name='meetings_me_ends_at_54f047_idx')],
                'constraints': [models.CheckConstraint(condition=models.Q(('ends_at__gt', models.F('starts_at'))), name='meetings_meeting_ends_after_start', violation_error_message='The end must be after the start.'), models.CheckConstraint(condition=models.Q(('kind__in', ['meeting', 'web_dialogue', 'deadline', 'event'])), name='meetings_meeting_known_kind'), models.CheckConstraint(condition=models.Q(('status__in', ['draft', 'scheduled', 'cancelled'])), name='meetings_meeting_known_status'), models.CheckConstraint(condition=models.Q(models.Q(('is_all_day', True), ('local_time', None)), models.Q(('is_all_day', False), ('local_time__isnull', False)), _connector='OR'), name='meetings_meeting_whole_days_have_no_time'), models.CheckConstraint(condition=models.Q(models.Q(('occurrence', None), ('series', None)), models.Q(('occurrence__isnull', False), ('series__isnull', False)), _connector='OR'), name='meetings_meeting_occurrence_of_a_series'), models.UniqueConstraint(fields=('series', 'occurrence'), name='meetings_meeting_one_an_occurrence'), models.CheckConstraint(condition=models.Q(('sitting_of', models.F('pk')), _negated=True), name='meetings_meeting_no_sitting_of_itself'), models.CheckConstraint(condition=models.Q(('is_recording_public', False), models.Q(('is_public', True), models.Q(('recording_link', ''), _negated=True)), _connector='OR'), name='meetings_meeting_public_recording', violation_error_message='A recording can be public only if the meeting is public and has a link to it.')],
            },
        ),
        migrations.CreateModel(
            name='HistoricalMeeting',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('history_by_name', models.CharField(blank=True, max_length=250, verbose_name='by')),
                ('uid', models.UUIDField(db_index=True, default=uuid.uuid4, editable=False)),
                ('kind', models.CharField(choices=[('meeting', 'Meeting'), ('web_dialogue', 'Web dialogue'), ('deadline', 'Deadline'), ('event', 'Event')], max_length=20, verbose_name='kind')),
                ('title', models.CharField(max_length=200, verbose_name='title')),
                ('language', models.CharField(default='en', max_length=7, verbose_name='language of the text')),
                ('occurrence', models.DateField(blank=True, null=True, verbose_name='original day in the series')),
                ('starts_at', models.DateTimeField(verbose_name='starts at')),
                ('ends_at', models.DateTimeField(verbose_name='ends at')),
                ('time_zone', models.CharField(default='Europe/Zurich', max_length=64, validators=[core.time_zones.validate_time_zone], verbose_name='time zone')),
                ('local_day', models.DateField(editable=False, verbose_name='local day')),
                ('local_time', models.TimeField(blank=True, editable=False, null=True, verbose_name='local time')),
                ('is_all_day', models.BooleanField(default=False, verbose_name='all day')),
                ('is_tentative', models.BooleanField(default=False, verbose_name='to be confirmed')),
                ('is_public', models.BooleanField(default=False, help_text='The join link is never public.', verbose_name='public')),
                ('place', models.CharField(blank=True, max_length=200, verbose_name='place')),
                ('join_link', models.URLField(blank=True, max_length=500, verbose_name='join link')),
                ('agenda', models.TextField(blank=True, verbose_name='agenda')),
                ('recording_link', models.URLField(blank=True, help_text='After the meeting, only the working group sees it unless you publish it.', max_length=500, verbose_name='link to the recording')),
                ('is_recording_public', models.BooleanField(default=False, help_text='Everybody can open the recording on the public page of the meeting, after the meeting. Only for a public meeting.', verbose_name='recording is public')),
                ('status', models.CharField(choices=[('draft', 'Draft'), ('scheduled', 'Scheduled'), ('cancelled', 'Cancelled')], default='draft', max_length=20, verbose_name='status')),
                ('sequence', models.PositiveIntegerField(default=0, editable=False, verbose_name='sequence')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('changed_at', models.DateTimeField(editable=False, verbose_name='last changed at')),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('focus_area', models.ForeignKey(blank=True, db_constraint=False, help_text='Leave empty for the whole coalition.', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='focus_areas.focusarea', verbose_name='focus area')),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('sitting_of', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='meetings.meeting', verbose_name='another sitting of')),
                ('series', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='meetings.series', verbose_name='series')),
            ],
            options={
                'verbose_name': 'historical meeting',
                'verbose_name_plural': 'historical meetings',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
    ]
