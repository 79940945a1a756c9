"""The four focus areas with their pillars, and the links and sections of the home page."""

from focus_areas.models.focus_area import EVERY_AREA, FOCUS_AREA_NAMES, FocusArea
from focus_areas.models.home_section import HomeSection, HomeSectionKind
from focus_areas.models.link import Link
from focus_areas.models.pillar import Pillar

__all__ = [
    "EVERY_AREA",
    "FOCUS_AREA_NAMES",
    "FocusArea",
    "HomeSection",
    "HomeSectionKind",
    "Link",
    "Pillar",
]
