"""The four focus areas, and the links that the coalition publishes."""

from focus_areas.models.focus_area import EVERY_AREA, FOCUS_AREA_NAMES, FocusArea
from focus_areas.models.link import Link

__all__ = [
    "EVERY_AREA",
    "FOCUS_AREA_NAMES",
    "FocusArea",
    "Link",
]
