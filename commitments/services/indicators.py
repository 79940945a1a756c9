"""The indicators that the form proposes, by topic of Universal and Meaningful Connectivity."""

from typing import Final, NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from commitments.models import Topic
from core.folding import fold


class Indicator(NamedTuple):
    """An indicator with its unit. A lead may type other words for both."""

    topic: Topic
    name: str | Promise
    unit: str | Promise


PEOPLE: Final = _("people")
PER_CENT: Final = "%"
INDICATORS: Final = (
    Indicator(Topic.PEOPLE, _("People who use the Internet"), PEOPLE),
    Indicator(Topic.PEOPLE, _("People trained in digital skills"), PEOPLE),
    Indicator(Topic.PEOPLE, _("Women trained in digital skills"), PEOPLE),
    Indicator(Topic.HOMES, _("Homes with Internet access"), _("homes")),
    Indicator(Topic.BUSINESSES, _("Small businesses that use digital services"), _("businesses")),
    Indicator(Topic.BUSINESSES, _("Start-ups supported"), _("start-ups")),
    Indicator(Topic.AFFORDABILITY, _("Price of mobile data, share of monthly income"), PER_CENT),
    Indicator(Topic.SCHOOLS, _("Schools connected"), _("schools")),
    Indicator(Topic.SCHOOLS, _("Teachers trained"), PEOPLE),
    Indicator(Topic.INFRASTRUCTURE, _("People covered by mobile broadband"), PEOPLE),
    Indicator(Topic.INFRASTRUCTURE, _("Optical fibre laid"), _("kilometres")),
    Indicator(Topic.INFRASTRUCTURE, _("Mobile sites built"), _("sites")),
    Indicator(Topic.INFRASTRUCTURE, _("Villages connected"), _("villages")),
)


def units() -> list[str]:
    """Return the units that the form proposes, each once."""
    return list(dict.fromkeys(str(each.unit) for each in INDICATORS))


def unit_of(indicator: str) -> str:
    """Return the unit of a proposed indicator in the active language, empty for other words."""
    name = fold(indicator)
    return next((str(each.unit) for each in INDICATORS if fold(str(each.name)) == name), "")
