"""The desk: queue, files, decisions, corrections, calls, reasons, days, letters, spreadsheets."""

from triage.decisions.admin import reasons
from triage.desk.admin import calls, messages, queue
from triage.follow_ups.admin import rules
from triage.spreadsheets.admin import records

__all__ = ["calls", "messages", "queue", "reasons", "records", "rules"]
