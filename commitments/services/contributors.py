"""Whether the organisations that give amounts have confirmed them, as partners of the commitment.

An amount of another organisation than the lead counts, and is public, once this organisation has
confirmed this sum. A word is for an amount, its value, currency and stage: if one of them changes,
the partner is asked again. If it declines, its name and its amounts are taken out of everything
that is public. Amounts that were published before version 1.1 count until their contributors are
asked.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Final, NamedTuple
from uuid import UUID

from django.db.models import Q

from commitments.models import (
    Amount,
    Commitment,
    ConfirmedSum,
    ContributorAnswer,
    Partner,
    PartnerAnswer,
    RetractedRow,
    RetractedTable,
)
from commitments.services.content import AmountContent, Content, as_json, from_json
from commitments.services.partner_names import is_partner_named

NO_WORDS: Final[frozenset["Word"]] = frozenset()


class Word(NamedTuple):
    """What a partner confirms: the key of an amount, its value, its currency and its stage."""

    key: UUID
    original: Decimal | None
    currency: str
    stage: str


def word_for(amount: Amount | AmountContent | ConfirmedSum) -> Word:
    """Return the word that an amount needs, or that was given for one."""
    return Word(amount.key, amount.original, amount.currency, amount.stage)


def words_of(
    commitments: Collection[int], *, with_former: bool = False
) -> Mapping[int, Collection[Word]]:
    """Return the words of the partners of some commitments in force, by the key of the partner.

    `with_former` adds those that a later answer replaced.
    """
    rows = ConfirmedSum.objects.filter(partner__commitment__in=commitments)
    found = defaultdict[int, set[Word]](set)
    for row in rows if with_former else rows.filter(is_current=True):
        found[row.partner_id].add(word_for(row))
    return found


def answer_about(
    amount: Amount, partner: Partner | None, words: Mapping[int, Collection[Word]]
) -> str:
    """Return what the partner that gives an amount, if there is one, has answered about this sum.

    It is empty if it has not answered. An amount from before contributors were asked counts on.
    """
    answer = partner.answer if partner else ""
    known = words.get(partner.pk, NO_WORDS) if partner else NO_WORDS
    if answer == PartnerAnswer.DECLINED:
        return ContributorAnswer.DECLINED
    if answer == PartnerAnswer.CONFIRMED and word_for(amount) in known:
        return ContributorAnswer.CONFIRMED
    kept = ContributorAnswer.NOT_ASKED
    return kept if amount.contributor_answer == kept else ""


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
    # Not `commitment.partners`, of which a page may have read only those that it shows.
    partners = Partner.objects.filter(commitment=commitment)
    return list(partners.select_related("member").order_by("position", "pk"))


def write_contributor_answers(commitment: Commitment) -> None:
    """Write what contributors answered to the amounts of a locked commitment."""
    of_others = commitment.amounts.filter(is_current=True).exclude(_of_lead(commitment))
    partners = partners_of(commitment) if of_others else []
    words = words_of([commitment.pk]) if of_others else {}
    for amount in of_others:
        answer = answer_about(amount, contributing_partner(amount, partners), words)
        if amount.contributor_answer != answer:
            amount.contributor_answer = answer
            amount.save(update_fields=["contributor_answer"])


def write_words(partner: Partner, amounts: Iterable[Amount]) -> None:
    """Store the sums that a locked partner confirms, in place of its words before."""
    before = {word_for(row): row for row in partner.confirmed_sums.all()}
    partner.confirmed_sums.filter(is_current=True).update(is_current=False)
    for word in map(word_for, amounts):
        row = before.get(word) or ConfirmedSum(partner=partner, **word._asdict())
        row.is_current = True
        row.save()


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


def public_contents(commitment: Commitment, contents: Sequence[Content]) -> list[Content]:
    """Return contents of former and present versions as everybody may read them.

    They are without the partners that declined, and without the amounts of others for which there
    never was a word.
    """
    partners = partners_of(commitment)
    contents = [without_declined(each, partners) for each in contents]
    if all(_is_of_lead(amount, commitment) for each in contents for amount in each.amounts):
        return contents
    words = words_of([commitment.pk], with_former=True)
    from_before = Amount.objects.filter(
        commitment=commitment, is_current=True, contributor_answer=ContributorAnswer.NOT_ASKED
    )
    not_asked = set(map(word_for, from_before))

    def is_public(amount: AmountContent) -> bool:
        word = word_for(amount)
        return (
            _is_of_lead(amount, commitment)
            or word in not_asked
            or any(
                word in words.get(partner.pk, NO_WORDS)
                and not partner.has_declined
                and is_partner_named(partner, amount.contributor, amount.contributor_name)
                for partner in partners
            )
        )

    return [replace(each, amounts=tuple(filter(is_public, each.amounts))) for each in contents]


def _is_of_lead(amount: AmountContent, commitment: Commitment) -> bool:
    is_unnamed = amount.contributor is None and not amount.contributor_name
    return is_unnamed or amount.contributor == commitment.lead_id


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
