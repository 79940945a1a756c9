"""Writes the sums that partners have confirmed so far: their amounts of today.

A partner that confirmed was shown the amounts that it gives, so its word is kept for each.
"""

from typing import Any

from django.db import migrations

from core.folding import fold

BATCH_SIZE = 1000


def write_sums(apps: Any, schema_editor: Any) -> None:
    """Write one row for each current amount that a confirmed partner gives."""
    partners = (
        apps.get_model("commitments", "Partner")
        .objects.filter(answer="confirmed", is_current=True)
        .select_related("member")
    )
    amounts = apps.get_model("commitments", "Amount").objects.filter(is_current=True, report=None)
    model = apps.get_model("commitments", "ConfirmedSum")
    model.objects.bulk_create(
        (
            model(
                partner=partner,
                key=amount.key,
                original=amount.original,
                currency=amount.currency,
                stage=amount.stage,
            )
            for partner in partners.order_by("pk")
            for amount in amounts.filter(commitment=partner.commitment_id).order_by("pk")
            if gives(partner, amount)
        ),
        batch_size=BATCH_SIZE,
        ignore_conflicts=True,
    )


def gives(partner: Any, amount: Any) -> bool:
    """Return whether a partner is the contributor of an amount."""
    if amount.contributor_id is not None:
        return bool(partner.member_id == amount.contributor_id)
    names = [partner.name]
    if partner.member is not None:
        names += [partner.member.organisation_name, partner.member.acronym]
    name = fold(amount.contributor_name)
    return bool(name) and name in map(fold, names)


class Migration(migrations.Migration):
    dependencies = [("commitments", "0014_confirmed_sums")]

    operations = [
        migrations.RunPython(write_sums, migrations.RunPython.noop),
    ]
