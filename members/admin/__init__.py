"""The desk: the queue, the file, the decisions, the corrections, and the calls."""

from members.admin import calls, queue

__all__ = ["calls", "queue"]
