"""The desk: the queue, the file, the decisions, the corrections, the calls, and the reasons."""

from members.admin import calls, messages, queue, reasons

__all__ = ["calls", "messages", "queue", "reasons"]
