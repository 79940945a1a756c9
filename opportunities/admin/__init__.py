"""Needs and offers in the admin."""

from opportunities.admin import opportunities

__all__ = ["opportunities"]
