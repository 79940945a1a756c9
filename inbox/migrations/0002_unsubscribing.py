from django.db import migrations, models

from core.migration_operations import AddConstraintNotValid


class Migration(migrations.Migration):

    dependencies = [
        ('inbox', '0001_initial'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='incomingmail',
            name='inbox_incomingmail_known_kind',
        ),
        migrations.AlterField(
            model_name='incomingmail',
            name='kind',
            field=models.CharField(choices=[('reply', 'Reply'), ('automatic', 'Automatic reply'), ('bounce', 'Bounce'), ('delayed', 'Delayed'), ('complaint', 'Reported as spam'), ('calendar', 'Answer of a calendar program'), ('unsubscribe', 'Unsubscribed from bulletins by email'), ('refused', 'Not read')], max_length=20, verbose_name='kind'),
        ),
        AddConstraintNotValid(
            model_name='incomingmail',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['reply', 'automatic', 'bounce', 'delayed', 'complaint', 'calendar', 'unsubscribe', 'refused'])), name='inbox_incomingmail_known_kind'),
        ),
    ]
