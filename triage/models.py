"""The models of each capability, where Django looks for them."""

from triage.desk.models import BulkItem, BulkRun
from triage.duplicates.models import Fingerprint, FingerprintedMember, PossibleDuplicate
from triage.follow_ups.models import FollowUp, FollowUpRule
from triage.holds.models import Hold
from triage.spreadsheets.models import Export, Import, ImportedRow
from triage.staff_pages.models import Claim, SavedView
from triage.statistics.models import StatisticsSnapshot

__all__ = [
    "BulkItem",
    "BulkRun",
    "Claim",
    "Export",
    "Fingerprint",
    "FingerprintedMember",
    "FollowUp",
    "FollowUpRule",
    "Hold",
    "Import",
    "ImportedRow",
    "PossibleDuplicate",
    "SavedView",
    "StatisticsSnapshot",
]
