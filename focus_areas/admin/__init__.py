"""The desks of this app: meetings, and what the public pages say."""

from focus_areas.admin import meetings, texts

__all__ = ["meetings", "texts"]
