from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('focus_areas', '0007_clocks_hold'),
    ]

    operations = [
        migrations.AddField(
            model_name='historicalmeeting',
            name='recording_link',
            field=models.URLField(blank=True, help_text='For the working group alone, once the meeting is over.', max_length=500, verbose_name='link to the recording'),
        ),
        migrations.AddField(
            model_name='meeting',
            name='recording_link',
            field=models.URLField(blank=True, help_text='For the working group alone, once the meeting is over.', max_length=500, verbose_name='link to the recording'),
        ),
    ]
