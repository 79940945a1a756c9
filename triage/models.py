"""The models of each capability, where Django looks for them."""

from triage.duplicates.models import FingerprintedMember, Resemblance, Trait
from triage.follow_ups.models import FollowUp, FollowUpRule
from triage.spreadsheets.models import Export, Import, ImportedRow
from triage.statistics.models import StatisticsSnapshot

__all__ = [
    "Export",
    "FingerprintedMember",
    "FollowUp",
    "FollowUpRule",
    "Import",
    "ImportedRow",
    "Resemblance",
    "StatisticsSnapshot",
    "Trait",
]
