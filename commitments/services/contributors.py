"""Whether the organisations that give amounts have confirmed it, as partners of the commitment.

An amount of another organisation than the lead counts once this organisation has confirmed that it
is a partner. If it declines, its name and its amounts are taken out of everything that is public.
Amounts that were published before version 1.1 count until their contributors are asked.
"""

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime
from typing import Final

from django.db.models import F, Q

from commitments.models import (
    Amount,
    Commitment,
    ContributorAnswer,
    Partner,
    PartnerAnswer,
    RetractedRow,
    RetractedTable,
)
from commitments.services.content import AmountContent, Content, as_json, from_json
from commitments.services.partner_names import is_partner_named

# The condition that an amount is of the lead, or that its contributor need not confirm any more.
IS_CONFIRMED: Final = (
    Q(contributor=None, contributor_name="")
    | Q(contributor=F("commitment__lead"))
    | Q(contributor_answer__in=[ContributorAnswer.CONFIRMED, ContributorAnswer.NOT_ASKED])
)
ANSWERS: Final = {
    PartnerAnswer.CONFIRMED: ContributorAnswer.CONFIRMED,
    PartnerAnswer.DECLINED: ContributorAnswer.DECLINED,
}


def contributing_partner(
    amount: Amount | AmountContent, partners: Iterable[Partner]
) -> Partner | None:
    """Return the partner of a commitment that gives an amount; None if it is not among them.

    If the lead named it several times, that is the one that confirmed, else one that declined. So
    an organisation that declined is not named again because the lead names it a second time.
    """
    found = [each for each in partners if _gives(each, amount)]
    return min(found, key=_rank, default=None)


def _gives(partner: Partner, amount: Amount | AmountContent) -> bool:
    if not partner.is_current and partner.answer != PartnerAnswer.DECLINED:
        return False
    member = amount.contributor_id if isinstance(amount, Amount) else amount.contributor
    return is_partner_named(partner, member, amount.contributor_name)


def _rank(partner: Partner) -> int:
    order = (PartnerAnswer.CONFIRMED, PartnerAnswer.DECLINED)
    return order.index(PartnerAnswer(partner.answer)) if partner.answer in order else len(order)


def partners_of(commitment: Commitment) -> list[Partner]:
    """Return all partners that a commitment has had, with their members."""
    return list(commitment.partners.select_related("member").order_by("position", "pk"))


def write_contributor_answers(commitment: Commitment) -> None:
    """Write what contributors answered to the amounts of a locked commitment."""
    of_others = commitment.amounts.filter(is_current=True).exclude(_of_lead(commitment))
    partners = partners_of(commitment) if of_others else []
    for amount in of_others:
        partner = contributing_partner(amount, partners)
        kept = ContributorAnswer.NOT_ASKED
        unanswered = kept if amount.contributor_answer == kept else ""
        answer = ANSWERS.get(PartnerAnswer(partner.answer)) if partner else None
        if amount.contributor_answer != (answer or unanswered):
            amount.contributor_answer = answer or unanswered
            amount.save(update_fields=["contributor_answer"])


def _of_lead(commitment: Commitment) -> Q:
    return Q(contributor=None, contributor_name="") | Q(contributor=commitment.lead_id)


def without_declined(content: Content, partners: Collection[Partner]) -> Content:
    """Return a content without the partners that declined, and without their amounts."""
    declined = {each.key for each in partners if each.has_declined}
    return replace(
        content,
        partners=tuple(each for each in content.partners if each.key not in declined),
        amounts=tuple(
            each
            for each in content.amounts
            if (giver := contributing_partner(each, partners)) is None
            or giver.answer != PartnerAnswer.DECLINED
        ),
    )


def retract(commitment: Commitment, partner: Partner, *, at: datetime) -> None:
    """Take a partner that has declined, and its amounts, out of what is published.

    The commitment is locked, and its amounts have the answer. The rows stay for the lead and staff.
    Published versions lose them. For the readers of earlier snapshots of the open data, it records
    the rows that are no longer in its files.
    """
    partners = partners_of(commitment)
    for version in commitment.versions.all():
        content = from_json(version.content)
        public = without_declined(content, partners)
        if public != content:
            version.content = as_json(public)
            version.save(update_fields=["content"])
    rows = [
        (RetractedTable.AMOUNTS, amount.key)
        for amount in commitment.amounts.filter(
            is_current=True, contributor_answer=ContributorAnswer.DECLINED
        )
        if contributing_partner(amount, partners) == partner
    ]
    # The files never had a member that did not answer.
    if partner.member_id is None:
        rows.append((RetractedTable.PARTNERS, partner.key))
    RetractedRow.objects.bulk_create(
        RetractedRow(commitment=commitment, table=table, key=key, retracted_at=at)
        for table, key in rows
    )
