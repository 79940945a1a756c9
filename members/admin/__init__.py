"""The desk: queue, file, decisions, corrections, calls, reasons, letters and spreadsheets."""

from members.admin import calls, messages, queue, reasons, spreadsheets

__all__ = ["calls", "messages", "queue", "reasons", "spreadsheets"]
