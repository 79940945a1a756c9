"""The pages of commitments for staff."""

from commitments.admin.commitments import CommitmentAdmin

__all__ = ["CommitmentAdmin"]
