import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from core.migration_operations import AddConstraintNotValid


class Migration(migrations.Migration):

    dependencies = [
        ('focus_areas', '0001_initial'),
        ('members', '0007_validate_spam_flag_by_staff'),
        ('triage', '0006_saved_views'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='bulkrun',
            name='triage_bulkrun_reassigned_to_somebody',
        ),
        migrations.RemoveConstraint(
            model_name='bulkrun',
            name='triage_bulkrun_known_action',
        ),
        migrations.AddField(
            model_name='bulkitem',
            name='focus_area',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='focus_areas.focusarea', verbose_name='focus area'),
        ),
        migrations.AddField(
            model_name='bulkrun',
            name='text',
            field=models.TextField(blank=True, db_default='', verbose_name='note or question'),
        ),
        migrations.AddField(
            model_name='bulkrun',
            name='waits_for',
            field=models.CharField(blank=True, choices=[('opinion', 'Opinion of a colleague'), ('legal', 'Legal affairs'), ('regional_office', 'Regional office'), ('day', 'A day')], db_default='', max_length=20, verbose_name='waits for'),
        ),
        migrations.AddField(
            model_name='bulkrun',
            name='ends_on',
            field=models.DateField(blank=True, null=True, verbose_name='ends on'),
        ),
        migrations.AlterField(
            model_name='bulkrun',
            name='action',
            field=models.CharField(choices=[('take', 'Assign to me'), ('release', 'Unassign'), ('hand_to', 'Reassign'), ('admit_to_first_choice', 'Admit'), ('request_information', 'Request information'), ('decline', 'Decline'), ('ask_opinion', 'Ask for an opinion'), ('note', 'Add note'), ('hold', 'Hold'), ('close_as_not_genuine', 'Close as not genuine (spam)'), ('undo', 'Undo'), ('flag_as_spam', 'Put under possible spam'), ('undo_spam_flag', 'Take back from possible spam')], max_length=30, verbose_name='action'),
        ),
        migrations.AlterField(
            model_name='bulkrun',
            name='to',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='colleague'),
        ),
        AddConstraintNotValid(
            model_name='bulkrun',
            constraint=models.CheckConstraint(condition=models.Q(('action__in', ['take', 'release', 'hand_to', 'admit_to_first_choice', 'request_information', 'decline', 'ask_opinion', 'note', 'hold', 'close_as_not_genuine', 'undo', 'flag_as_spam', 'undo_spam_flag'])), name='triage_bulkrun_known_action'),
        ),
        AddConstraintNotValid(
            model_name='bulkrun',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('action__in', ('hand_to', 'ask_opinion')), ('to__isnull', False)), models.Q(models.Q(('action__in', ('hand_to', 'ask_opinion')), _negated=True), ('to__isnull', True)), _connector='OR'), name='triage_bulkrun_has_its_colleague'),
        ),
        AddConstraintNotValid(
            model_name='bulkrun',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('action', 'hold'), ('ends_on__isnull', False), ('waits_for', 'day')), models.Q(('action', 'hold'), ('ends_on__isnull', True), ('waits_for__in', ['opinion', 'legal', 'regional_office'])), models.Q(models.Q(('action', 'hold'), _negated=True), ('ends_on__isnull', True), ('waits_for', '')), _connector='OR'), name='triage_bulkrun_has_its_hold'),
        ),
    ]
