"""The desk: the queue, the file, the decisions, the corrections, the calls, the spreadsheets."""

from members.admin import calls, queue, spreadsheets

__all__ = ["calls", "queue", "spreadsheets"]
