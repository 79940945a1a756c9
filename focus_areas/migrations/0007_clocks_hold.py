from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('focus_areas', '0006_clocks_of_before'),
    ]

    operations = [
        migrations.AlterField(
            model_name='historicalmeeting',
            name='local_day',
            field=models.DateField(editable=False, verbose_name='day on its clocks'),
        ),
        migrations.AlterField(
            model_name='meeting',
            name='local_day',
            field=models.DateField(editable=False, verbose_name='day on its clocks'),
        ),
        migrations.AddConstraint(
            model_name='meeting',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('is_all_day', True), ('local_time', None)), models.Q(('is_all_day', False), ('local_time__isnull', False)), _connector='OR'), name='focus_areas_meeting_whole_days_have_no_time'),
        ),
    ]
