"""The staff pages about personal data."""

from privacy.admin import data_exports, erasures, retention

__all__ = ["data_exports", "erasures", "retention"]
