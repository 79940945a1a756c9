"""The admin pages of RSVPs, attendance and date polls, and the links to them from a meeting."""

from participation.admin import date_polls, meetings

__all__ = ["date_polls", "meetings"]
