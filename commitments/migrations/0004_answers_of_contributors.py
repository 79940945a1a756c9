"""Writes what contributors have answered so far, and takes out what they declined.

Amounts that are published and have no answer count as before. Amounts and partners that declined
leave the published versions, and the rows of the open data that this takes out are recorded.
"""

from typing import Any

from django.db import migrations
from django.db.models import F, Q
from django.utils import timezone

from core.folding import fold

CONFIRMED, DECLINED, NOT_ASKED = "confirmed", "declined", "not_asked"
PUBLIC = ("published", "ended", "withdrawn", "superseded")


def write_answers(apps: Any, schema_editor: Any) -> None:
    """Write the answers to the amounts that have none, by commitment."""
    amounts = (
        apps.get_model("commitments", "Amount")
        .objects.filter(is_current=True, contributor_answer="")
        .exclude(Q(contributor=None, contributor_name="") | Q(contributor=F("commitment__lead")))
    )
    partners = apps.get_model("commitments", "Partner").objects.select_related("member")
    for amount in amounts.select_related("commitment").order_by("pk"):
        of_commitment = partners.filter(commitment=amount.commitment)
        answer = answer_of(amount.contributor_id, amount.contributor_name, of_commitment)
        is_public = amount.commitment.published_at is not None
        amount.contributor_answer = answer or (NOT_ASKED if is_public else "")
        amount.save(update_fields=["contributor_answer"])
    mark_named_again(partners)
    declined = partners.filter(answer=DECLINED, commitment__published_at__isnull=False)
    for commitment in {partner.commitment for partner in declined.select_related("commitment")}:
        take_out(apps, commitment, partners.filter(commitment=commitment))


def answer_of(contributor: int | None, name: str, partners: Any) -> str:
    """Return the answer of the partner that gives an amount; empty if there is none."""
    answers = {
        partner.answer
        for partner in partners
        if partner.is_current or partner.answer == DECLINED
        if (
            partner.member_id == contributor
            if contributor is not None
            else name and fold(name) in names_of(partner)
        )
    }
    return next((each for each in (CONFIRMED, DECLINED) if each in answers), "")


def mark_named_again(partners: Any) -> None:
    """Mark the partners that have no answer, and that declined when they were named before."""
    declined = list(partners.filter(answer=DECLINED))
    commitments = [partner.commitment_id for partner in declined]
    for partner in partners.filter(commitment__in=commitments).exclude(answer=DECLINED):
        of_commitment = [each for each in declined if each.commitment_id == partner.commitment_id]
        if answer_of(partner.member_id, partner.name, of_commitment):
            partner.declined_before = True
            partner.save(update_fields=["declined_before"])


def names_of(partner: Any) -> list[str]:
    """Return the names by which a partner is known."""
    names = [partner.name]
    if partner.member is not None:
        names += [partner.member.organisation_name, partner.member.acronym]
    return [fold(name) for name in names]


def take_out(apps: Any, commitment: Any, partners: Any) -> None:
    """Take what partners declined out of the versions, and record the rows of the open data."""
    keys = {
        str(partner.key)
        for partner in partners
        if partner.answer == DECLINED or (partner.declined_before and partner.answer != CONFIRMED)
    }
    for version in commitment.versions.all():
        content = {
            **version.content,
            "partners": [each for each in version.content["partners"] if each["key"] not in keys],
            "amounts": [
                each
                for each in version.content["amounts"]
                if answer_of(each["contributor"], each["contributor_name"], partners) != DECLINED
            ],
        }
        if content != version.content:
            version.content = content
            version.save(update_fields=["content"])
    if commitment.status not in PUBLIC:
        return
    amounts = commitment.amounts.filter(is_current=True, contributor_answer=DECLINED)
    rows = [("amounts", amount.key) for amount in amounts]
    # Members are in the files only if they confirm. Others were until they declined.
    rows += [
        ("partners", partner.key)
        for partner in partners
        if partner.is_current
        and partner.answer == DECLINED
        and partner.member_id is None
        and partner.answered_at >= commitment.published_at
    ]
    model = apps.get_model("commitments", "RetractedRow")
    at = timezone.now()
    model.objects.bulk_create(
        [
            model(commitment=commitment, table=table, key=key, retracted_at=at)
            for table, key in rows
        ],
        ignore_conflicts=True,
    )


class Migration(migrations.Migration):
    dependencies = [("commitments", "0003_validate_contributor_answers")]

    operations = [migrations.RunPython(write_answers, migrations.RunPython.noop)]
