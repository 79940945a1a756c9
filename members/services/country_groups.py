"""Groups of countries: who is in a group on a day.

Sources: members/data/README.md.
"""

import csv
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Final

from django.db.models import TextChoices
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

# The day on which members/data/country_groups.csv was last compared with its sources.
LIST_DATE: Final = date(2026, 11, 27)


class CountryGroup(TextChoices):
    """The groups of the United Nations. They overlap: never add them up."""

    LDC = "LDC", gettext_lazy("Least developed country (LDC)")
    LLDC = "LLDC", gettext_lazy("Landlocked developing country (LLDC)")
    SIDS = "SIDS", gettext_lazy("Small island developing State (SIDS)")


@dataclass(frozen=True)
class _Membership:
    """A country in a group, from its first day to the day before `until`."""

    country: str
    since: date
    until: date

    def includes(self, day: date) -> bool:
        return self.since <= day < self.until


def countries_in(group: CountryGroup, *, on: date) -> frozenset[str]:
    """Return the codes of the countries that are in a group on a day.

    A planned end is not applied, because it may be put off. A country is in the group from 1
    January of its first year. If no year is known, it was a member before 2021.
    """
    return frozenset(each.country for each in _memberships()[group] if each.includes(on))


def list_date_in_words() -> str:
    """Return a sentence with the date of the list, to be shown beside figures by group."""
    return _("Groups as of the list of %(date)s.") % {"date": date_format(LIST_DATE)}


@cache
def _memberships() -> dict[CountryGroup, list[_Membership]]:
    path = Path(__file__).parents[1] / "data" / "country_groups.csv"
    memberships: dict[CountryGroup, list[_Membership]] = {group: [] for group in CountryGroup}
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            since = date(int(row["from_year"]), 1, 1) if row["from_year"] else date.min
            until = date.fromisoformat(row["to_date"]) if row["to_date"] else date.max
            memberships[CountryGroup(row["group"])].append(_Membership(row["iso2"], since, until))
    return memberships
