from privacy.models.data_export import DataExport, DataExportFormat
from privacy.models.erasures import (
    ErasureAction,
    ErasureCount,
    ErasureKind,
    ErasureRequest,
    ErasureStatus,
)
from privacy.models.retention import (
    MAX_DAYS,
    NOTICE_PERIOD,
    RETENTION_RULES,
    RetentionHold,
    RetentionKind,
    RetentionPeriod,
    RetentionRule,
    RetentionRun,
)

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
