"""The admin pages of commitments."""

from commitments.admin import amounts, rates

__all__ = ["amounts", "rates"]
