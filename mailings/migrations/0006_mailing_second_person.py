import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('mailings', '0005_recipient_unsubscribed_at'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='SendRequest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(editable=False)),
                ('recipient_count', models.PositiveIntegerField(verbose_name='number of recipients')),
                ('scheduled_for', models.DateTimeField(blank=True, null=True, verbose_name='scheduled for')),
                ('status', models.CharField(choices=[('waiting', 'Waits for a second person'), ('confirmed', 'Confirmed'), ('returned', 'Returned'), ('withdrawn', 'Withdrawn after a change')], default='waiting', max_length=20, verbose_name='status')),
                ('requested_at', models.DateTimeField(verbose_name='requested at')),
                ('decided_at', models.DateTimeField(blank=True, null=True, verbose_name='decided at')),
                ('reason', models.TextField(blank=True, verbose_name='reason')),
                ('decided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='decided by')),
                ('mailing', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='send_requests', to='mailings.mailing', verbose_name='mailing')),
                ('requested_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='requested by')),
            ],
            options={
                'verbose_name': 'request to send a mailing',
                'verbose_name_plural': 'requests to send a mailing',
                'default_permissions': (),
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('decided_at', None), ('decided_by', None), ('reason', ''), ('status', 'waiting')), models.Q(('decided_at__isnull', False), ('decided_by__isnull', False), models.Q(models.Q(('reason', ''), ('status__in', ('confirmed', 'withdrawn'))), models.Q(('status', 'returned'), models.Q(('reason', ''), _negated=True)), _connector='OR')), _connector='OR'), name='mailings_sendrequest_status_agrees_with_decision'), models.CheckConstraint(condition=models.Q(models.Q(('status', 'confirmed'), _negated=True), models.Q(('decided_by', models.F('requested_by')), _negated=True), _connector='OR'), name='mailings_sendrequest_confirmed_by_a_second_person'), models.UniqueConstraint(condition=models.Q(('status', 'waiting')), fields=('mailing',), name='mailings_sendrequest_one_waiting')],
            },
        ),
    ]
