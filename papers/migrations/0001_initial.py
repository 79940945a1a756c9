import django.db.models.deletion
import papers.models
import simple_history.models
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '__first__'),
        ('focus_areas', '0001_initial'),
        ('meetings', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='HistoricalPaper',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('history_by_name', models.CharField(blank=True, max_length=250, verbose_name='by')),
                ('kind', models.CharField(choices=[('agenda', 'Agenda'), ('minutes', 'Minutes'), ('action_framework', 'Draft of the Action Framework'), ('other', 'Other paper')], default='other', max_length=20, verbose_name='kind')),
                ('title', models.CharField(max_length=200, verbose_name='title')),
                ('is_withdrawn', models.BooleanField(default=False, verbose_name='withdrawn')),
                ('is_public', models.BooleanField(default=False, help_text='Anyone can download its newest files from the pages of the focus areas.', verbose_name='public')),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('focus_area', models.ForeignKey(blank=True, db_constraint=False, help_text='Leave empty for the whole coalition.', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='focus_areas.focusarea', verbose_name='focus area')),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('meeting', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='meetings.meeting', verbose_name='meeting')),
            ],
            options={
                'verbose_name': 'historical paper',
                'verbose_name_plural': 'historical papers',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='Paper',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('agenda', 'Agenda'), ('minutes', 'Minutes'), ('action_framework', 'Draft of the Action Framework'), ('other', 'Other paper')], default='other', max_length=20, verbose_name='kind')),
                ('title', models.CharField(max_length=200, verbose_name='title')),
                ('submission_key', models.UUIDField(blank=True, editable=False, null=True, unique=True)),
                ('is_withdrawn', models.BooleanField(default=False, verbose_name='withdrawn')),
                ('is_public', models.BooleanField(default=False, help_text='Anyone can download its newest files from the pages of the focus areas.', verbose_name='public')),
                ('focus_area', models.ForeignKey(blank=True, help_text='Leave empty for the whole coalition.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='focus_areas.focusarea', verbose_name='focus area')),
                ('meeting', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='papers', to='meetings.meeting', verbose_name='meeting')),
            ],
            options={
                'verbose_name': 'paper',
                'verbose_name_plural': 'papers',
                'permissions': [('withdraw_paper', 'Can withdraw and restore a paper')],
                'default_permissions': ('add', 'change', 'view'),
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['agenda', 'minutes', 'action_framework', 'other'])), name='papers_paper_known_kind'), models.CheckConstraint(condition=models.Q(('meeting', None), ('focus_area', None), _connector='OR'), name='papers_paper_area_of_its_meeting', violation_error_message='The paper of a meeting must have the focus area of the meeting.'), models.CheckConstraint(condition=models.Q(('meeting', None), ('is_public', False), _connector='OR'), name='papers_paper_of_a_meeting_is_not_public', violation_error_message='The paper of a meeting cannot be public.')],
            },
        ),
        migrations.CreateModel(
            name='PaperVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField(verbose_name='version')),
                ('language', models.CharField(max_length=7, verbose_name='language')),
                ('file', models.FileField(unique=True, upload_to=papers.models.name_of_file, verbose_name='file')),
                ('file_name', models.CharField(max_length=200, verbose_name='file name')),
                ('content_type', models.CharField(max_length=100, verbose_name='type')),
                ('size', models.PositiveIntegerField(help_text='In bytes.', verbose_name='size')),
                ('sha256', models.CharField(max_length=64, verbose_name='SHA-256')),
                ('note', models.CharField(blank=True, help_text='Visible to members.', max_length=300, verbose_name='what changed')),
                ('uploaded_by_name', models.CharField(blank=True, max_length=250, verbose_name='uploaded by')),
                ('organisation_name', models.CharField(blank=True, max_length=200, verbose_name='organisation')),
                ('uploaded_at', models.DateTimeField(verbose_name='uploaded at')),
                ('paper', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='versions', to='papers.paper', verbose_name='paper')),
                ('uploaded_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='uploaded by')),
            ],
            options={
                'verbose_name': 'paper version',
                'verbose_name_plural': 'paper versions',
                'default_permissions': (),
                'indexes': [models.Index(fields=['uploaded_at'], name='papers_pape_uploade_4b6559_idx')],
                'constraints': [models.UniqueConstraint(fields=('paper', 'number', 'language'), name='papers_paperversion_one_file_a_language'), models.CheckConstraint(condition=models.Q(('number__gte', 1)), name='papers_paperversion_counts_from_one'), models.CheckConstraint(condition=models.Q(('size__gte', 1)), name='papers_paperversion_is_not_empty')],
            },
        ),
    ]
