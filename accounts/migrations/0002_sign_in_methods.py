from django.db import migrations, models

from core.migration_operations import AddConstraintNotValid


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0001_initial'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='signinevent',
            name='accounts_signinevent_known_method',
        ),
        migrations.AlterField(
            model_name='signinevent',
            name='method',
            field=models.CharField(choices=[('password', 'Password'), ('second_factor', 'Second factor after the password'), ('passkey', 'Passkey alone'), ('code', 'Code by email'), ('single_sign_on', 'Single sign-on'), ('private_link', 'Private link and family name'), ('confirmation', 'Confirmation in a session')], max_length=20, verbose_name='how'),
        ),
        AddConstraintNotValid(
            model_name='signinevent',
            constraint=models.CheckConstraint(condition=models.Q(('method__in', ['password', 'second_factor', 'passkey', 'code', 'single_sign_on', 'private_link', 'confirmation'])), name='accounts_signinevent_known_method'),
        ),
        migrations.RemoveConstraint(
            model_name='signinevent',
            name='accounts_signinevent_known_outcome',
        ),
        migrations.AlterField(
            model_name='signinevent',
            name='outcome',
            field=models.CharField(choices=[('succeeded', 'Signed in'), ('wrong', 'Wrong password, code or passkey'), ('expired', 'Code expired'), ('too_many', 'Too many attempts'), ('inactive', 'Account is deactivated'), ('no_role', 'Single sign-on without a role here')], max_length=20, verbose_name='outcome'),
        ),
        AddConstraintNotValid(
            model_name='signinevent',
            constraint=models.CheckConstraint(condition=models.Q(('outcome__in', ['succeeded', 'wrong', 'expired', 'too_many', 'inactive', 'no_role'])), name='accounts_signinevent_known_outcome'),
        ),
    ]
