"""The admin of focus areas and of the links on the front page."""

from focus_areas.admin import focus_areas

__all__ = ["focus_areas"]
