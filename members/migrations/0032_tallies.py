import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """How many files there are of each kind, and which are still to be counted."""

    dependencies = [
        ('focus_areas', '0002_coordinators'),
        ('members', '0031_letter_drafts'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='CountedFile',
            fields=[
                ('member', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='+', serialize=False, to='members.member')),
                ('arrived_on', models.DateField()),
                ('first_choice_number', models.PositiveSmallIntegerField()),
                ('category', models.CharField(max_length=40)),
                ('country', models.CharField(max_length=2)),
                ('outcome', models.CharField(blank=True, choices=[('arrived', 'Arrived'), ('admitted', 'Admitted'), ('declined', 'Declined'), ('closed', 'Closed'), ('withdrawn', 'Withdrawn')], max_length=20)),
                ('outcome_on', models.DateField(null=True)),
                ('area_number', models.PositiveSmallIntegerField(default=0)),
            ],
            options={
                'verbose_name': 'counted file',
                'verbose_name_plural': 'counted files',
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='Tally',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('respect', models.CharField(choices=[('day', 'day'), ('month', 'month'), ('category', 'category'), ('country', 'country'), ('working_days', 'working days to the decision')], max_length=20)),
                ('value', models.CharField(max_length=40)),
                ('kind', models.CharField(choices=[('arrived', 'Arrived'), ('admitted', 'Admitted'), ('declined', 'Declined'), ('closed', 'Closed'), ('withdrawn', 'Withdrawn')], max_length=20)),
                ('area_number', models.PositiveSmallIntegerField(default=0)),
                ('count', models.PositiveIntegerField()),
            ],
            options={
                'verbose_name': 'tally',
                'verbose_name_plural': 'tallies',
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='Tallying',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('as_of', models.DateTimeField(null=True)),
            ],
            options={
                'verbose_name': 'state of the tallies',
                'verbose_name_plural': 'state of the tallies',
                'default_permissions': (),
            },
        ),
        migrations.AddField(
            model_name='historicalmember',
            name='tallied_version',
            field=models.PositiveIntegerField(default=0, editable=False),
        ),
        migrations.AddField(
            model_name='member',
            name='tallied_version',
            field=models.PositiveIntegerField(default=0, editable=False),
        ),
        migrations.AddIndex(
            model_name='member',
            index=models.Index(condition=models.Q(('tallied_version', models.F('version')), _negated=True), fields=['id'], name='members_member_to_tally'),
        ),
        migrations.AddIndex(
            model_name='member',
            index=models.Index(fields=['status', 'assignee', 'call', 'replied_at', 'submitted_at', 'category', 'country', 'first_choice'], name='members_member_what_waits'),
        ),
        migrations.AddConstraint(
            model_name='countedfile',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('outcome__in', ('admitted', 'declined', 'closed', 'withdrawn')), ('outcome_on__isnull', False)), models.Q(('area_number', 0), ('outcome', ''), ('outcome_on__isnull', True)), _connector='OR'), name='members_countedfile_outcome_has_its_day'),
        ),
        migrations.AddField(
            model_name='tally',
            name='call',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='members.call'),
        ),
        migrations.AddConstraint(
            model_name='tallying',
            constraint=models.CheckConstraint(condition=models.Q(('id', 1)), name='members_tallying_is_the_only_one'),
        ),
        migrations.AddConstraint(
            model_name='tally',
            constraint=models.UniqueConstraint(fields=('call', 'respect', 'value', 'kind', 'area_number'), name='members_tally_one_of_each'),
        ),
        migrations.AddConstraint(
            model_name='tally',
            constraint=models.CheckConstraint(condition=models.Q(('respect__in', ['day', 'month', 'category', 'country', 'working_days'])), name='members_tally_known_respect'),
        ),
        migrations.AddConstraint(
            model_name='tally',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['arrived', 'admitted', 'declined', 'closed', 'withdrawn'])), name='members_tally_known_kind'),
        ),
        migrations.AddConstraint(
            model_name='tally',
            constraint=models.CheckConstraint(condition=models.Q(('count__gte', 1)), name='members_tally_counts_something'),
        ),
    ]
