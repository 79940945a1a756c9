"""Says before a publication which amounts would count, which would wait for an answer, and why."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from commitments.models import (
    Amount,
    Commitment,
    ContributorAnswer,
    CountingBy,
    NotCounted,
    Partner,
    PartnerAnswer,
    Stage,
)
from commitments.services.content import Content, fill_row
from commitments.services.content_in_words import SEPARATOR, amount_in_words
from commitments.services.contributors import (
    answer_about,
    contributing_partner,
    partners_of,
    words_of,
)
from commitments.services.double_counting import Pair, pairs_with
from commitments.services.money import decided_counting
from commitments.services.money_in_words import money_in_words

# With these, nothing is to be asked before an amount counts.
COUNTING_ANSWERS: Final = (ContributorAnswer.CONFIRMED, ContributorAnswer.NOT_ASKED)


@dataclass(frozen=True)
class ExpectedAmount:
    """An amount, and whether it counts. `partner` is the one that gives it, if there is one.

    `reason` is empty if it counts.
    """

    amount: Amount
    reason: str = ""
    partner: Partner | None = None

    @property
    def may_count(self) -> bool:
        """Whether it counts, or will as soon as its contributor confirms it."""
        if self.reason != NotCounted.NOT_CONFIRMED:
            return not self.reason
        return self.partner is None or self.partner.answer != PartnerAnswer.DECLINED


def expected_counting(commitment: Commitment, content: Content) -> list[ExpectedAmount]:
    """Return which amounts would count if a content was published now. Nothing is stored."""
    rows = {row.key: row for row in _stated(commitment)}
    stated = []
    for part in content.amounts:
        stated.append(rows.get(part.key) or Amount(commitment=commitment))
        fill_row(stated[-1], part)
    for amount, reason in decided_counting(stated, content):
        amount.not_counted, amount.counting_by = reason, CountingBy.PORTAL if reason else ""
    known = {partner.key: partner for partner in partners_of(commitment)}
    named = {part.key for part in content.partners}
    for partner in known.values():
        partner.is_current = partner.key in named
    for added in content.partners:
        if added.key not in known:
            known[added.key] = Partner(commitment=commitment)
            fill_row(known[added.key], added)
    return _with_answers(commitment, stated, known.values())


def amounts_to_confirm(commitment: Commitment, content: Content) -> list[Amount]:
    """Return the amounts that may count if a content is published: a second person may be needed.

    An amount that waits for its contributor is one of them: later nobody of the staff is asked.
    """
    return [each.amount for each in expected_counting(commitment, content) if each.may_count]


def present_counting(commitment: Commitment) -> list[ExpectedAmount]:
    """Return which amounts of a published commitment count, as it was decided."""
    return _with_answers(commitment, _stated(commitment), partners_of(commitment))


def _stated(commitment: Commitment) -> QuerySet[Amount]:
    amounts = commitment.amounts.filter(is_current=True, report=None)
    return amounts.select_related("contributor").order_by("position", "pk")


def _with_answers(
    commitment: Commitment, amounts: Iterable[Amount], partners: Iterable[Partner]
) -> list[ExpectedAmount]:
    """Return amounts with the partner that gives each, and what follows from its answer."""
    found, words = [], words_of([commitment.pk])
    for amount in amounts:
        reason, partner = amount.not_counted, None
        is_of_lead = not (amount.contributor_id or amount.contributor_name)
        if not is_of_lead and amount.contributor_id != commitment.lead_id:
            partner = contributing_partner(amount, partners)
            if answer_about(amount, partner, words) not in COUNTING_ANSWERS:
                reason = reason or NotCounted.NOT_CONFIRMED
        found.append(ExpectedAmount(amount, reason, partner))
    return found


@dataclass(frozen=True)
class AmountLeftOut:
    """An amount that would not count, in words: what it is, whose, and why."""

    amount: str
    contributor: str
    reason: str


@dataclass(frozen=True)
class Forecast:
    """What would count if a content was published now. `sums` has a text for a stage and currency.

    `waiting` are the amounts whose contributors have not confirmed them. `twice` says which amounts
    may be the same money as others that count.
    """

    sums: list[str]
    waiting: list[AmountLeftOut]
    not_counted: list[AmountLeftOut]
    twice: list[str]


def forecast(commitment: Commitment, content: Content) -> Forecast | None:
    """Return what would count if a content was published now; None if it has no amount."""
    sums = defaultdict[tuple[str, str], Decimal](Decimal)
    waiting: list[AmountLeftOut] = []
    not_counted: list[AmountLeftOut] = []
    expected = expected_counting(commitment, content)
    for each in expected:
        if not each.reason:
            sums[each.amount.stage, each.amount.currency] += each.amount.original
            continue
        left_out = AmountLeftOut(
            amount_in_words(each.amount), contributor_of(each), reason_in_words(each)
        )
        is_waiting = each.reason == NotCounted.NOT_CONFIRMED
        (waiting if is_waiting else not_counted).append(left_out)
    texts = [
        SEPARATOR.join([money_in_words(total, currency), str(Stage(stage).label)])
        for (stage, currency), total in sums.items()
    ]
    may_count = [each.amount for each in expected if each.may_count]
    twice = [_pair_in_words(pair) for pair in pairs_with(may_count, content.places)]
    return Forecast(texts, waiting, not_counted, twice) if expected else None


def _pair_in_words(pair: Pair) -> str:
    words = _("%(amount)s may be the same money as %(other)s of %(lead)s in %(reference)s.")
    return words % {
        "amount": amount_in_words(pair.second),
        "other": amount_in_words(pair.first),
        "lead": pair.first.commitment.lead.organisation_name,
        "reference": pair.first.commitment.reference,
    }


def contributor_of(expected: ExpectedAmount) -> str:
    """Return the name of the organisation that gives an amount; empty if it is the lead."""
    if expected.partner is not None:
        return expected.partner.name
    amount = expected.amount
    return amount.contributor_name or (str(amount.contributor) if amount.contributor else "")


def reason_in_words(expected: ExpectedAmount) -> str:
    """Return why an amount would not count; empty if it would."""
    if expected.reason != NotCounted.NOT_CONFIRMED:
        return str(NotCounted(expected.reason).label) if expected.reason else ""
    if expected.partner is None:
        return _("Its contributor is not named as partner, so nobody asked it.")
    if expected.partner.answer == PartnerAnswer.CONFIRMED:
        if expected.partner.asked_again_at is None:
            return _("Its contributor has confirmed another sum, and was not asked about this one.")
        return _("Its contributor was asked about this sum, and has not answered yet.")
    return {
        PartnerAnswer.NOT_INVITED: _("Its contributor was not invited yet."),
        PartnerAnswer.INVITED: _("Its contributor has not answered yet."),
        PartnerAnswer.DECLINED: _(
            "Its contributor has declined. Its name and the amount are not published."
        ),
    }[PartnerAnswer(expected.partner.answer)]
