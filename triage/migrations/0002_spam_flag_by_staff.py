from django.conf import settings
from django.db import migrations, models

from core.migration_operations import AddConstraintNotValid


class Migration(migrations.Migration):

    dependencies = [
        ('members', '0006_spam_flag_by_staff'),
        ('triage', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='bulkrun',
            options={'default_permissions': (), 'permissions': [('flag_unusual_bulkrun', 'Can put an unusual hour under possible spam')], 'verbose_name': 'bulk run', 'verbose_name_plural': 'bulk runs'},
        ),
        migrations.RemoveConstraint(
            model_name='bulkrun',
            name='triage_bulkrun_known_action',
        ),
        migrations.AlterField(
            model_name='bulkrun',
            name='action',
            field=models.CharField(choices=[('take', 'Assign to me'), ('release', 'Unassign'), ('hand_to', 'Reassign'), ('admit_to_first_choice', 'Admit to first choice'), ('request_information', 'Request information'), ('close_as_not_genuine', 'Close as not genuine (spam)'), ('undo', 'Undo'), ('flag_as_spam', 'Put under possible spam'), ('undo_spam_flag', 'Take back from possible spam')], max_length=30, verbose_name='action'),
        ),
        AddConstraintNotValid(
            model_name='bulkrun',
            constraint=models.CheckConstraint(condition=models.Q(('action__in', ['take', 'release', 'hand_to', 'admit_to_first_choice', 'request_information', 'close_as_not_genuine', 'undo', 'flag_as_spam', 'undo_spam_flag'])), name='triage_bulkrun_known_action'),
        ),
    ]
