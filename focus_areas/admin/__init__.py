"""The admin of focus areas, and of the links and sections of the home page."""

from focus_areas.admin import focus_areas, home_sections

__all__ = ["focus_areas", "home_sections"]
