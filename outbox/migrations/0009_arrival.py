import django.db.models.deletion
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('outbox', '0008_message_template'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='message',
            name='provider_id',
            field=models.CharField(blank=True, editable=False, max_length=200),
        ),
        migrations.AddField(
            model_name='message',
            name='return_answer',
            field=models.TextField(blank=True, editable=False, verbose_name='the answer it came back with'),
        ),
        migrations.AddField(
            model_name='message',
            name='returned_at',
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name='came back at'),
        ),
        migrations.CreateModel(
            name='DeliveryEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(editable=False, max_length=64, unique=True)),
                ('provider', models.CharField(max_length=20, verbose_name='provider')),
                ('kind', models.CharField(choices=[('delivered', 'Delivered'), ('delayed', 'Delayed'), ('soft_bounce', 'Came back, though the address may be good'), ('hard_bounce', 'Came back: there is no such address'), ('refused', 'Not sent on by the provider'), ('complaint', 'Reported as unwanted'), ('automatic_reply', 'Answered automatically'), ('unsubscribed', 'Unsubscribed at the provider')], max_length=20, verbose_name='what')),
                ('at', models.DateTimeField(verbose_name='when')),
                ('received_at', models.DateTimeField(verbose_name='heard of at')),
                ('message_uuid', models.UUIDField(blank=True, editable=False, null=True)),
                ('provider_id', models.CharField(blank=True, editable=False, max_length=200)),
                ('answer', models.TextField(blank=True, verbose_name='the answer')),
                ('message', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='events', to='outbox.message', verbose_name='message')),
            ],
            options={
                'verbose_name': 'report of a provider',
                'verbose_name_plural': 'reports of providers',
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='SuppressedAddress',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('address', models.EmailField(max_length=254, verbose_name='address')),
                ('reason', models.CharField(choices=[('hard_bounce', 'Mail to this address came back: there is no such address.'), ('complaint', 'The owner of this address reported our mail as unwanted.')], max_length=20, verbose_name='reason')),
                ('since', models.DateTimeField(verbose_name='since')),
                ('lifted_at', models.DateTimeField(blank=True, null=True, verbose_name='lifted at')),
                ('lifted_by_name', models.CharField(blank=True, max_length=254, verbose_name='name as it was then')),
                ('event', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='outbox.deliveryevent', verbose_name='report')),
                ('lifted_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='lifted by')),
            ],
            options={
                'verbose_name': 'suppressed address',
                'verbose_name_plural': 'suppressed addresses',
                'permissions': [('lift_suppressedaddress', 'Can let an address be written to again')],
                'default_permissions': ('view',),
            },
        ),
        migrations.AddField(
            model_name='message',
            name='suppressed_by',
            field=models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='held_back', to='outbox.suppressedaddress', verbose_name='held back because of'),
        ),
        migrations.AddIndex(
            model_name='message',
            index=models.Index(fields=['provider_id'], name='outbox_message_provider'),
        ),
        migrations.AddIndex(
            model_name='message',
            index=models.Index(condition=models.Q(('returned_at__isnull', False)), fields=['returned_at'], name='outbox_message_returned'),
        ),
        migrations.AddConstraint(
            model_name='message',
            constraint=models.CheckConstraint(condition=models.Q(('returned_at__isnull', True), ('status', 'sent'), _connector='OR'), name='outbox_message_only_what_was_sent_comes_back'),
        ),
        migrations.AddConstraint(
            model_name='message',
            constraint=models.CheckConstraint(condition=models.Q(('suppressed_by__isnull', True), ('status', 'cancelled'), _connector='OR'), name='outbox_message_held_back_is_cancelled'),
        ),
        migrations.AddIndex(
            model_name='deliveryevent',
            index=models.Index(condition=models.Q(('message__isnull', True)), fields=['received_at'], name='outbox_deliveryevent_unmatched'),
        ),
        migrations.AddConstraint(
            model_name='deliveryevent',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['delivered', 'delayed', 'soft_bounce', 'hard_bounce', 'refused', 'complaint', 'automatic_reply', 'unsubscribed'])), name='outbox_deliveryevent_known_kind'),
        ),
        migrations.AddConstraint(
            model_name='suppressedaddress',
            constraint=models.CheckConstraint(condition=models.Q(('reason__in', ['hard_bounce', 'complaint'])), name='outbox_suppressedaddress_known_reason'),
        ),
        migrations.AddConstraint(
            model_name='suppressedaddress',
            constraint=models.CheckConstraint(condition=models.Q(('address', django.db.models.functions.text.Lower('address'))), name='outbox_suppressedaddress_in_small_letters'),
        ),
        migrations.AddConstraint(
            model_name='suppressedaddress',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('lifted_at__isnull', True), ('lifted_by__isnull', True), ('lifted_by_name', '')), models.Q(('lifted_at__isnull', False), ('lifted_by__isnull', False), models.Q(('lifted_by_name', ''), _negated=True)), _connector='OR'), name='outbox_suppressedaddress_lifted_when_and_by_whom'),
        ),
        migrations.AddConstraint(
            model_name='suppressedaddress',
            constraint=models.UniqueConstraint(condition=models.Q(('lifted_at__isnull', True)), fields=('address',), name='outbox_suppressedaddress_once_at_a_time'),
        ),
    ]
