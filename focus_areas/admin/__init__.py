"""The desks of this app: meetings, papers, and what the public pages say."""

from focus_areas.admin import focus_areas

__all__ = ["focus_areas"]
