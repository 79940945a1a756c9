from django.db import migrations

from core.migration_operations import ValidateConstraint


class Migration(migrations.Migration):
    dependencies = [("papers", "0003_agenda_item")]

    operations = [ValidateConstraint("paper", "papers_paper_of_an_item_is_of_a_meeting")]
