"""The desk: queue, files, decisions, corrections, calls, reasons, days, letters, spreadsheets."""

from members.admin import calls, follow_up_rules, messages, queue, reasons, spreadsheets

__all__ = ["calls", "follow_up_rules", "messages", "queue", "reasons", "spreadsheets"]
