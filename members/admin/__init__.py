"""The desk: the queue, the file, the decisions, the corrections, and the calls."""

from members.admin import calls, messages, queue

__all__ = ["calls", "messages", "queue"]
