import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ('members', '0034_import'),
    ]

    operations = [
        migrations.AddField(
            model_name='historicalmember',
            name='origin',
            field=models.CharField(choices=[('form', 'Form'), ('spreadsheet', 'Spreadsheet')], default='form', editable=False, max_length=20, verbose_name='origin'),
        ),
        migrations.AddField(
            model_name='member',
            name='origin',
            field=models.CharField(choices=[('form', 'Form'), ('spreadsheet', 'Spreadsheet')], default='form', editable=False, max_length=20, verbose_name='origin'),
        ),
        migrations.AddField(
            model_name='historicalmember',
            name='imported_in',
            field=models.ForeignKey(blank=True, db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='members.import', verbose_name='taken in with'),
        ),
        migrations.AddField(
            model_name='member',
            name='imported_in',
            field=models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='members', to='members.import', verbose_name='taken in with'),
        ),
        migrations.AddConstraint(
            model_name='member',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('imported_in__isnull', True), ('origin', 'form')), models.Q(('imported_in__isnull', False), ('origin', 'spreadsheet')), _connector='OR'), name='members_member_origin_agrees_with_import'),
        ),
    ]
