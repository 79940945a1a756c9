"""The desks of this app: meetings, and what the public pages say."""

from focus_areas.admin import meetings, public_pages

__all__ = ["meetings", "public_pages"]
