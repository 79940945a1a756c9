"""The staff pages about personal data."""

from privacy.admin import erasures, retention

__all__ = ["erasures", "retention"]
