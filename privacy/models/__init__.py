from privacy.models.data_export import DataExport, DataExportFormat
from privacy.models.erasures import (
    ErasureAction,
    ErasureCount,
    ErasureKind,
    ErasureRequest,
    ErasureStatus,
)
from privacy.models.retention import NOTICE_PERIOD, RetentionHold, RetentionPeriod, RetentionRun
from privacy.models.retention_kinds import MAX_DAYS, RETENTION_RULES, RetentionKind, RetentionRule

__all__ = [
    "MAX_DAYS",
    "NOTICE_PERIOD",
    "RETENTION_RULES",
    "DataExport",
    "DataExportFormat",
    "ErasureAction",
    "ErasureCount",
    "ErasureKind",
    "ErasureRequest",
    "ErasureStatus",
    "RetentionHold",
    "RetentionKind",
    "RetentionPeriod",
    "RetentionRule",
    "RetentionRun",
]
