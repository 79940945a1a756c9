from django.db import migrations

from core.migration_operations import ValidateConstraint


class Migration(migrations.Migration):
    dependencies = [("commitments", "0019_report_steps")]

    operations = [
        ValidateConstraint(
            model_name="partner", name="commitments_partner_asked_again_if_confirmed"
        ),
        ValidateConstraint(
            model_name="reportrequest", name="commitments_reportrequest_known_step"
        ),
    ]
