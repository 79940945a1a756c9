"""The admin pages of mailings, and the action of the queue that leads to them."""

from mailings.admin import mailings

__all__ = ["mailings"]
