"""The sums of commitments as pages show them: a figure for each stage, and what is left out."""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from commitments.models import Stage
from commitments.services.money_in_words import US_DOLLAR, money_in_brief
from commitments.services.totals import Totals
from core.numbers import GroupedNumber


@dataclass(frozen=True)
class StageInWords:
    """The sum of one stage. `area` is the number of the focus area whose colour marks it."""

    area: int
    label: str
    meaning: str
    money: str
    amounts: str


@dataclass(frozen=True)
class TotalsInWords:
    """Sums by stage, and sentences about the amounts that are in none of them."""

    stages: list[StageInWords]
    left_out: list[str]


def totals_in_words(totals: Totals) -> TotalsInWords:
    """Return the sums in words, in the order of the stages."""
    meanings = {
        Stage.PLEDGED: _("Announced, not binding"),
        Stage.FIRM: _("Signed or decided in writing"),
        Stage.PAID: _("Reported as paid"),
    }
    stages = [
        StageInWords(
            area=area,
            label=str(stage.label),
            meaning=meanings[stage],
            money=money_in_brief(totals.by_stage[stage].usd, US_DOLLAR),
            amounts=amounts_in_words(totals.by_stage[stage].amounts),
        )
        for area, stage in enumerate(Stage, start=1)
    ]
    sentences = [*_not_counted(totals), _not_converted(totals), _not_disclosed(totals)]
    return TotalsInWords(stages, [sentence for sentence in sentences if sentence])


def amounts_in_words(number: int) -> str:
    """Return a number of amounts, like "218 amounts"."""
    grouped = GroupedNumber(number)
    return ngettext("%(number)s amount", "%(number)s amounts", grouped) % {"number": grouped}


def _not_counted(totals: Totals) -> list[str]:
    number = sum(totals.not_counted.values())
    if not number:
        return []
    return [
        _("Not counted: %(amounts)s.") % {"amounts": amounts_in_words(number)},
        *(
            _("%(reason)s: %(number)s.")
            % {"reason": reason.label, "number": GroupedNumber(amounts)}
            for reason, amounts in totals.not_counted.items()
        ),
    ]


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
