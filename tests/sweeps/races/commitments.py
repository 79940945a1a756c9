"""Two concurrent calls about one commitment."""

from tests.sweeps.races.race import Race

RACES: dict[str, Race] = {}
