"""The desk's pages of who comes to a meeting, and the way to them from the meeting."""

from participation.admin import meetings

__all__ = ["meetings"]
