"""The desk's pages of mailings, and the way to them from the queue."""

from mailings.admin import mailings, queue

__all__ = ["mailings", "queue"]
