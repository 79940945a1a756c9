"""Time zones: which there are, and how a person chooses among them."""

from functools import cache
from zoneinfo import available_timezones

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

# Names that are no place on earth, and older names of places that have another.
NO_PLACES = ("Etc", "SystemV", "US", "Brazil", "Canada", "Chile", "Mexico")

Zones = list[tuple[str, str]]


def validate_time_zone(name: str) -> None:
    """Refuse what is not a zone of the IANA time zone database."""
    if name not in available_timezones():
        raise ValidationError(_("Choose a time zone from the list."), code="unknown_time_zone")


def zone_choices(chosen: str) -> list[tuple[str, str | Zones]]:
    """Return the zones for a select, by continent, and what was chosen whatever its name."""
    choices = _by_continent()
    known = {zone for _continent, zones in choices for zone, _place in zones}
    by_other_name = chosen in available_timezones() and chosen not in {*known, "UTC"}
    return [*([(chosen, chosen)] if by_other_name else []), *choices, ("UTC", "UTC")]


@cache
def _by_continent() -> list[tuple[str, Zones]]:
    groups: dict[str, Zones] = {}
    for zone in sorted(available_timezones()):
        continent, slash, place = zone.partition("/")
        if slash and continent not in NO_PLACES:
            groups.setdefault(continent, []).append((zone, place.replace("_", " ")))
    return list(groups.items())
