"""Groups of countries that the United Nations keeps."""

from datetime import date

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from members.services.countries import choices, groups_of


class CountryGroup(TextChoices):
    """A group of countries. Groups overlap: never add them up."""

    LDC = "LDC", _("Least developed countries")
    LLDC = "LLDC", _("Landlocked developing countries")
    SIDS = "SIDS", _("Small island developing States")


def countries_in(group: CountryGroup, *, on: date) -> frozenset[str]:
    """Return the codes of the countries that are in a group on a day."""
    column = {"LDC": "is_ldc", "LLDC": "is_lldc", "SIDS": "is_sids"}[group]
    return frozenset(code for code, _name in choices("en") if getattr(groups_of(code), column))
