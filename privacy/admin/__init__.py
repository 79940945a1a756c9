"""The admin pages about people's data."""

from privacy.admin import data_exports

__all__ = ["data_exports"]
