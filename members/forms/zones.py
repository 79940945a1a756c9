"""Time zones as a person chooses among them: those of their country first, then by continent."""

from functools import cache
from zoneinfo import available_timezones

from django.utils.translation import gettext as _

from focus_areas.times import city
from members import countries
from members.forms.selects import Choice, Label


def zone_choices(country: str, chosen: str, *, none: Label) -> list[Choice]:
    """Return the zones for a select, and what was chosen even if it goes by an older name."""
    choices: list[Choice] = [("", none)]
    own = countries.time_zones_of(country)
    if own:
        choices.append((countries.name_of(country), tuple((zone, city(zone)) for zone in own)))
    if chosen and chosen not in countries.time_zones() and chosen in available_timezones():
        choices.append((chosen, city(chosen)))
    # Names of continents are those of the time zone database, which are part of the zone's name.
    return [*choices, *_by_continent(), ("UTC", _("UTC"))]


@cache
def _by_continent() -> list[Choice]:
    groups: dict[str, list[tuple[str, str]]] = {}
    for zone in countries.time_zones():
        continent, _slash, place = zone.partition("/")
        groups.setdefault(continent, []).append((zone, place.replace("_", " ").replace("/", ", ")))
    return [(continent, tuple(zones)) for continent, zones in groups.items()]
