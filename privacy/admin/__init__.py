"""The staff pages about personal data."""

from privacy.admin import data_exports, data_requests, erasures, processing, retention

__all__ = ["data_exports", "data_requests", "erasures", "processing", "retention"]
