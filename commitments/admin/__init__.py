"""The pages of commitments for staff."""

from commitments.admin.commitments import CommitmentAdmin
from commitments.admin.reports import ReportAdmin

__all__ = ["CommitmentAdmin", "ReportAdmin"]
