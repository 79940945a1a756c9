"""The indicators that the form proposes, by topic of Universal and Meaningful Connectivity.

Each has a code, by which what was promised and reached is added up (results.py). A code never
changes: the open data has it.
"""

from decimal import Decimal
from functools import cache
from typing import Any, Final, NamedTuple

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy, override

from commitments.models import Topic
from core.folding import fold
from core.numbers import number_before_noun


class SentenceParts(NamedTuple):
    """A sentence about a number: the number, and what stands before and after it."""

    before: str
    number: str
    after: str


class Indicator(NamedTuple):
    """An indicator with its unit. A lead may type other words for both.

    `sentence` says what was reached, by its number. Values of several commitments are added up only
    if there is one: a sum of prices or of shares means nothing.
    """

    code: str
    topic: Topic
    name: str | Promise
    unit: str | Promise
    sentence: Any = None

    @property
    def is_summable(self) -> bool:
        return self.sentence is not None

    # As a choice of a column of the open data.
    @property
    def value(self) -> str:
        return self.code

    @property
    def label(self) -> str | Promise:
        return self.name


PEOPLE: Final = _("people")
PER_CENT: Final = "%"
INDICATORS: Final = (
    Indicator(
        "internet_users",
        Topic.PEOPLE,
        _("People who use the Internet"),
        PEOPLE,
        ngettext_lazy(
            "%(number)s person who newly uses the Internet",
            "%(number)s people who newly use the Internet",
            "plural",
        ),
    ),
    Indicator(
        "people_trained",
        Topic.PEOPLE,
        _("People trained in digital skills"),
        PEOPLE,
        ngettext_lazy(
            "%(number)s person trained in digital skills",
            "%(number)s people trained in digital skills",
            "plural",
        ),
    ),
    Indicator(
        "women_trained",
        Topic.PEOPLE,
        _("Women trained in digital skills"),
        PEOPLE,
        ngettext_lazy(
            "%(number)s woman trained in digital skills",
            "%(number)s women trained in digital skills",
            "plural",
        ),
    ),
    Indicator(
        "homes_connected",
        Topic.HOMES,
        _("Homes with Internet access"),
        _("homes"),
        ngettext_lazy(
            "%(number)s home newly connected", "%(number)s homes newly connected", "plural"
        ),
    ),
    Indicator(
        "businesses_online",
        Topic.BUSINESSES,
        _("Small businesses that use digital services"),
        _("businesses"),
        ngettext_lazy(
            "%(number)s small business that newly uses digital services",
            "%(number)s small businesses that newly use digital services",
            "plural",
        ),
    ),
    Indicator(
        "startups_supported",
        Topic.BUSINESSES,
        _("Start-ups supported"),
        _("start-ups"),
        ngettext_lazy("%(number)s start-up supported", "%(number)s start-ups supported", "plural"),
    ),
    Indicator(
        "mobile_data_price",
        Topic.AFFORDABILITY,
        _("Price of mobile data, share of monthly income"),
        PER_CENT,
    ),
    Indicator(
        "schools_connected",
        Topic.SCHOOLS,
        _("Schools connected"),
        _("schools"),
        ngettext_lazy("%(number)s school connected", "%(number)s schools connected", "plural"),
    ),
    Indicator(
        "teachers_trained",
        Topic.SCHOOLS,
        _("Teachers trained"),
        PEOPLE,
        ngettext_lazy("%(number)s teacher trained", "%(number)s teachers trained", "plural"),
    ),
    Indicator(
        "mobile_coverage",
        Topic.INFRASTRUCTURE,
        _("People covered by mobile broadband"),
        PEOPLE,
        ngettext_lazy(
            "%(number)s person newly covered by mobile broadband",
            "%(number)s people newly covered by mobile broadband",
            "plural",
        ),
    ),
    Indicator(
        "fibre_laid",
        Topic.INFRASTRUCTURE,
        _("Optical fibre laid"),
        _("kilometres"),
        ngettext_lazy(
            "%(number)s kilometre of optical fibre laid",
            "%(number)s kilometres of optical fibre laid",
            "plural",
        ),
    ),
    Indicator(
        "mobile_sites_built",
        Topic.INFRASTRUCTURE,
        _("Mobile sites built"),
        _("sites"),
        ngettext_lazy("%(number)s mobile site built", "%(number)s mobile sites built", "plural"),
    ),
    Indicator(
        "villages_connected",
        Topic.INFRASTRUCTURE,
        _("Villages connected"),
        _("villages"),
        ngettext_lazy("%(number)s village connected", "%(number)s villages connected", "plural"),
    ),
)
BY_CODE: Final = {each.code: each for each in INDICATORS}
SUMMABLE_CODES: Final = tuple(each.code for each in INDICATORS if each.is_summable)
# Stands for the number while its sentence is divided.
PLACEHOLDER: Final = "\N{OBJECT REPLACEMENT CHARACTER}"


def units() -> list[str]:
    """Return the units that the form proposes, each once."""
    return list(dict.fromkeys(str(each.unit) for each in INDICATORS))


def unit_of(indicator: str) -> str:
    """Return the unit of a proposed indicator in the active language, empty for other words."""
    name = fold(indicator)
    return next((str(each.unit) for each in INDICATORS if fold(str(each.name)) == name), "")


def code_of(indicator: str, unit: str) -> str:
    """Return the code of a proposed indicator with its unit, empty for other words.

    Both may be in any language of the portal, but in the same one: leads type in their own.
    """
    return _codes().get((fold(indicator), fold(unit)), "")


@cache
def _codes() -> dict[tuple[str, str], str]:
    """Return the codes by folded name and unit, in all languages."""
    codes: dict[tuple[str, str], str] = {}
    for language, _name in settings.LANGUAGES:
        with override(language):
            for each in INDICATORS:
                codes.setdefault((fold(str(each.name)), fold(str(each.unit))), each.code)
    return codes


def sentence_parts(indicator: Indicator, number: Decimal) -> SentenceParts:
    """Return what was reached, as a sentence in the active language, divided at its number.

    The number is in brief. "4.1 million" takes the plural of whole millions.
    """
    words, plural = number_before_noun(number)
    whole = str(indicator.sentence % {"number": PLACEHOLDER, "plural": plural})
    before, _number, after = whole.partition(PLACEHOLDER)
    return SentenceParts(before.strip(), words, after.strip())
