"""The kinds of organisations that public filters and figures tell apart, by category of member."""

from typing import Final

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from members.models import Category


class OrganisationKind(TextChoices):
    """A kind of organisations. Each category belongs to one.

    A company is a Sector Member of ITU-D or an other organisation, and so is a foundation. Nothing
    stored tells them apart, so they are one kind.
    """

    GOVERNMENT = "government", _("Governments and regulators")
    COMPANY = "company", _("Companies, foundations and others")
    INTERNATIONAL = "international", _("International and regional organisations")
    UN_AGENCY = "un_agency", _("UN agencies")
    ACADEMIA = "academia", _("Academia")


KIND_OF_CATEGORY: Final = {
    Category.MEMBER_STATE: OrganisationKind.GOVERNMENT,
    Category.SECTOR_MEMBER: OrganisationKind.COMPANY,
    Category.OTHER: OrganisationKind.COMPANY,
    Category.REGIONAL_INTERNATIONAL_ORGANISATION: OrganisationKind.INTERNATIONAL,
    Category.UN_SPECIALIZED_AGENCY: OrganisationKind.UN_AGENCY,
    Category.ACADEMIA: OrganisationKind.ACADEMIA,
}


def categories_of(kind: str) -> list[Category]:
    """Return the categories of the members of a kind."""
    return [category for category, theirs in KIND_OF_CATEGORY.items() if theirs == kind]
