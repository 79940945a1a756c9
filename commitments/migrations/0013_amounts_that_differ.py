"""Records of which amounts staff have said that they are not the same money.

Until now they said of each that it counts. Of two such amounts with one value, they are not asked
again.
"""

from collections import defaultdict
from itertools import combinations
from typing import Any

from django.db import migrations


def record_differences(apps: Any, schema_editor: Any) -> None:
    """Relate the amounts of one value that count because staff say so."""
    amounts = apps.get_model("commitments", "Amount").objects.filter(
        is_current=True, not_counted="", counting_by="staff", original__gt=0
    )
    alike = defaultdict(list)
    for amount in amounts.order_by("pk"):
        alike[amount.currency, amount.original].append(amount)
    for found in alike.values():
        for first, second in combinations(found, 2):
            first.differs_from.add(second)


class Migration(migrations.Migration):
    dependencies = [("commitments", "0012_validate_event_kinds")]

    operations = [migrations.RunPython(record_differences, migrations.RunPython.noop)]
