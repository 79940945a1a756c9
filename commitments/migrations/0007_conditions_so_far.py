"""Copies conditions. The daily task then tells apart what version 1.0 called "No report yet"."""

from typing import Any

from django.db import migrations
from django.db.models import F


def copy_conditions(apps: Any, schema_editor: Any) -> None:
    """Copy the condition of each commitment that has no present one."""
    commitments = apps.get_model("commitments", "Commitment").objects.filter(present_condition="")
    # The task reads no commitment that has ended, and no report of it follows.
    ended = commitments.filter(status="ended", condition="no_report")
    ended.update(present_condition="unreported")
    commitments.exclude(condition="").update(present_condition=F("condition"))


class Migration(migrations.Migration):
    dependencies = [("commitments", "0006_validate_present_condition")]

    operations = [migrations.RunPython(copy_conditions, migrations.RunPython.noop)]
