"""The pages of commitments for staff."""

from commitments.admin.reports import ReportAdmin

__all__ = ["ReportAdmin"]
