"""The staff pages about personal data."""

from privacy.admin import erasures

__all__ = ["erasures"]
