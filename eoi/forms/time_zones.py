"""The choices of time zones: those of the country first, then by continent."""

from django.utils.translation import gettext as _

from core.time_zones import all_zones, city, known_zones, zones_by_continent
from eoi.forms.selects import Choice, Label
from members.services import countries


def zone_choices(country: str, chosen: str, *, none: Label) -> list[Choice]:
    """Return the choices of a select, with the chosen zone even if its name is outdated."""
    choices: list[Choice] = [("", none)]
    own = countries.time_zones_of(country)
    if own:
        choices.append((countries.name_of(country), tuple((zone, city(zone)) for zone in own)))
    if chosen and chosen not in all_zones() and chosen in known_zones():
        choices.append((chosen, city(chosen)))
    return [*choices, *zones_by_continent(), ("UTC", _("UTC"))]
