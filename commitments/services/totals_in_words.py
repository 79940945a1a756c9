"""The money of commitments as pages show it: a sentence for each sum, and what is left out."""

from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from commitments.services.money_in_words import US_DOLLAR, money_in_brief, sums_in_brief
from commitments.services.totals import Sums, Totals
from core.languages import with_commas
from core.numbers import GroupedNumber


@dataclass(frozen=True)
class SumsInWords:
    """What is promised and paid, in a sentence. `label` says of what; empty if of everything."""

    label: str
    sums: Sums

    @cached_property
    def parts(self) -> list[str]:
        """What is pledged, firm and promised, rounded so that it adds up."""
        return sums_in_brief([self.sums.pledged, self.sums.firm], US_DOLLAR)

    @property
    def promised(self) -> str:
        return self.parts[-1]

    @property
    def firm(self) -> str:
        return self.parts[1]

    @property
    def paid(self) -> str:
        return money_in_brief(self.sums.paid, US_DOLLAR)

    @property
    def text(self) -> str:
        """The sentence."""
        pledged, firm, promised = self.parts
        return _(
            "Promised %(promised)s: %(pledged)s not binding, %(firm)s binding. Paid: %(paid)s."
        ) % {
            "promised": promised,
            "pledged": pledged,
            "firm": firm,
            "paid": self.paid,
        }

    @property
    def pledged_width(self) -> int:
        """The part of the bar that is pledged, in per cent."""
        return self._width(self.sums.pledged)

    @property
    def firm_width(self) -> int:
        """The part of the bar that is firm, in per cent."""
        return self._width(self.sums.promised) - self.pledged_width

    @property
    def paid_width(self) -> int:
        """The length of the bar of what is paid, in per cent."""
        return self._width(self.sums.paid)

    def _width(self, value: Decimal) -> int:
        longest = max(self.sums.promised, self.sums.paid)
        return round(100 * value / longest) if longest else 0


@dataclass(frozen=True)
class TotalsInWords:
    """The answer to a question, then the rest of the same commitments, and what is in neither."""

    answer: SumsInWords
    rest: list[SumsInWords]
    left_out: list[str]


def totals_in_words(
    totals: Totals, *, of_places: bool = False, of_member: bool = False
) -> TotalsInWords:
    """Return totals in words. The flags say whether places, or a member, are asked about."""
    labels = {
        (False, False): "",
        (True, False): _("Only for this place"),
        (False, True): _("Its own money"),
        (True, True): _("Its own money, only for this place"),
    }
    rest = [
        SumsInWords(label, sums)
        for label, sums in (
            (_("For this place and others, not divided"), totals.shared),
            (_("Given by others in the same commitments"), totals.of_others),
        )
        if sums
    ]
    sentences = [_not_counted(totals), _not_converted(totals), _not_disclosed(totals)]
    return TotalsInWords(
        SumsInWords(labels[of_places, of_member], totals.own),
        rest,
        [sentence for sentence in sentences if sentence],
    )


def amounts_in_words(number: int) -> str:
    """Return a number of amounts, like "218 amounts"."""
    grouped = GroupedNumber(number)
    return ngettext("%(number)s amount", "%(number)s amounts", grouped) % {"number": grouped}


def _not_counted(totals: Totals) -> str:
    number = sum(totals.not_counted.values())
    if not number:
        return ""
    reasons = with_commas(
        _("%(reason)s: %(number)s") % {"reason": reason.label, "number": GroupedNumber(amounts)}
        for reason, amounts in totals.not_counted.items()
    )
    return _("Not counted: %(amounts)s (%(reasons)s).") % {
        "amounts": amounts_in_words(number),
        "reasons": reasons,
    }


def _not_converted(totals: Totals) -> str:
    if not totals.not_converted:
        return ""
    currencies = GroupedNumber(len(totals.not_converted))
    return ngettext(
        "Not converted to US dollars: %(amounts)s in %(currencies)s currency.",
        "Not converted to US dollars: %(amounts)s in %(currencies)s currencies.",
        currencies,
    ) % {"amounts": amounts_in_words(totals.amounts_not_converted), "currencies": currencies}


def _not_disclosed(totals: Totals) -> str:
    if not totals.not_disclosed:
        return ""
    number = GroupedNumber(totals.not_disclosed)
    return ngettext(
        "%(number)s commitment does not disclose its amount.",
        "%(number)s commitments do not disclose their amounts.",
        number,
    ) % {"number": number}
