"""The admin pages of mailings, and the action of the queue that leads to them."""

from mailings.admin import mailings, queue

__all__ = ["mailings", "queue"]
