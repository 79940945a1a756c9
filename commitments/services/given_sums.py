"""The sums that partners are said to give: about which they are asked, and what they confirmed."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from commitments.models import Amount, ConfirmedSum, Partner, PartnerAnswer, Stage
from commitments.services.content_in_words import SEPARATOR, portions_in_words
from commitments.services.contributors import answer_about, contributing_partner, word_for
from commitments.services.money_in_words import money_in_words
from core.languages import list_in_words, with_commas
from core.numbers import GroupedNumber
from outbox.services.rendering import escape_inline

# How binding an amount is, for a partner that does not know the words of the form.
BINDING: Final = {
    Stage.PLEDGED: gettext_lazy("promised, not binding"),
    Stage.FIRM: gettext_lazy("promised, binding"),
    Stage.PAID: gettext_lazy("paid"),
}
# A button names so many sums, and only counts more.
MAX_NAMED_SUMS: Final = 2


@dataclass(frozen=True)
class GivenSum:
    """One amount that a partner is said to give. `before` is its last word for this amount.

    `state` is what the partner has answered about this sum, empty without an answer.
    """

    amount: Amount
    before: ConfirmedSum | None = None
    state: str = ""

    @property
    def is_confirmed(self) -> bool:
        """Whether the last word of the partner is for this sum."""
        return self.before is not None and word_for(self.before) == word_for(self.amount)

    @property
    def money(self) -> str:
        """The sum with its currency."""
        return money_in_words(self.amount.original, self.amount.currency)

    @property
    def binding(self) -> str:
        """How binding the sum is."""
        return str(BINDING[Stage(self.amount.stage)])

    @property
    def in_words(self) -> str:
        """The sum, and how binding it is."""
        return SEPARATOR.join([self.money, self.binding])

    @property
    def portions(self) -> str:
        """The portions by year, if they are stated."""
        return with_commas(portions_in_words(self.amount.portions))

    @property
    def before_in_words(self) -> str:
        """What the partner has confirmed for this amount, if that is another sum."""
        if self.before is None or self.is_confirmed:
            return ""
        return GivenSum(_amount_of(self.before)).in_words


def _amount_of(row: ConfirmedSum) -> Amount:
    return Amount(original=row.original, currency=row.currency, stage=row.stage)


def given_sums(commitments: Collection[int]) -> Mapping[int, Sequence[GivenSum]]:
    """Return the sums that the partners of some commitments give, by the key of the partner.

    It takes three queries.
    """
    partners = defaultdict[int, list[Partner]](list)
    rows = Partner.objects.filter(commitment__in=commitments).select_related("member")
    for partner in rows.order_by("position", "pk"):
        partners[partner.commitment_id].append(partner)
    words = ConfirmedSum.objects.filter(partner__commitment__in=commitments, is_current=True)
    before = {(row.partner_id, row.key): row for row in words}
    found = defaultdict[int, list[GivenSum]](list)
    amounts = Amount.objects.filter(commitment__in=commitments, is_current=True, report=None)
    for amount in amounts.order_by("position", "pk"):
        if amount.contributor_id is None and not amount.contributor_name:
            continue
        known = partners[amount.commitment_id]
        # One that declined and is named again is asked again.
        asked = [each for each in known if each.answer != PartnerAnswer.DECLINED]
        giver = contributing_partner(amount, asked) or contributing_partner(amount, known)
        if giver is not None:
            word = before.get((giver.pk, amount.key))
            words_of_giver = {giver.pk: [word_for(word)] if word else []}
            state = answer_about(amount, giver, words_of_giver)
            found[giver.pk].append(GivenSum(amount, word, state))
    return found


def sums_of(partner: Partner) -> Sequence[GivenSum]:
    """Return the sums that one partner gives."""
    return given_sums([partner.commitment_id]).get(partner.pk, ())


def unconfirmed(partner: Partner, sums: Iterable[GivenSum]) -> list[GivenSum]:
    """Return the sums for which there is no word of a partner that has confirmed."""
    if partner.answer != PartnerAnswer.CONFIRMED:
        return []
    return [each for each in sums if not each.is_confirmed]


def digest_of(sums: Iterable[GivenSum]) -> str:
    """Return a digest that is another one as soon as a partner is asked about other sums.

    It is empty if the partner gives nothing.
    """
    lines = sorted(
        f"{each.amount.key} {each.amount.original:.3f} {each.amount.currency} {each.amount.stage}"
        for each in sums
    )
    return sha256("\n".join(lines).encode()).hexdigest() if lines else ""


def sums_in_markdown(sums: Iterable[GivenSum]) -> str:
    """Return sums as a list of a letter, in the active language. A changed one says what it was."""
    return "\n".join(f"- {_line(each)}" for each in sums)


def _line(given: GivenSum) -> str:
    money = f"**{given.money}**"
    facts = [money, given.binding, escape_inline(given.amount.label), given.portions]
    line = SEPARATOR.join(filter(None, facts))
    if given.is_confirmed:
        return _("%(sum)s (as you confirmed)") % {"sum": line}
    if before := given.before_in_words:
        return _("%(sum)s (before: %(before)s)") % {"sum": line, "before": before}
    return line


def sums_in_brief(sums: Sequence[GivenSum]) -> str:
    """Return what a partner gives in a few words: a few sums, or the number of many."""
    if len(sums) <= MAX_NAMED_SUMS:
        return list_in_words(each.money for each in sums)
    number = GroupedNumber(len(sums))
    return ngettext("%(number)s amount", "%(number)s amounts", number) % {"number": number}
