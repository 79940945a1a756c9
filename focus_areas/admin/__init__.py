"""The desks of this app: meetings, papers, and what the public pages say."""

from focus_areas.admin import meetings, papers, public_pages

__all__ = ["meetings", "papers", "public_pages"]
