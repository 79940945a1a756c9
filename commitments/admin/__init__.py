"""The pages of commitments for staff."""

from commitments.admin import amounts, partners, rates
from commitments.admin.commitments import CommitmentAdmin
from commitments.admin.reports import ReportAdmin

__all__ = ["CommitmentAdmin", "ReportAdmin", "amounts", "partners", "rates"]
