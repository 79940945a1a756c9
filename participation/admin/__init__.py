"""The admin pages of RSVPs and attendance, and the links to them from a meeting."""

from participation.admin import meetings

__all__ = ["meetings"]
