"""The admin classes of all capabilities, where Django looks for them."""

from triage.decisions.admin import reasons
from triage.desk.admin import calls, late_requests, messages, queue
from triage.follow_ups.admin import rules
from triage.spreadsheets import admin as spreadsheets
from triage.staff_accounts import admin as accounts

__all__ = [
    "accounts",
    "calls",
    "late_requests",
    "messages",
    "queue",
    "reasons",
    "rules",
    "spreadsheets",
]
