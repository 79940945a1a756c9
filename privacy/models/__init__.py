from privacy.models.data_export import DataExport, DataExportFormat
from privacy.models.data_requests import (
    TIME_TO_ANSWER,
    DataRequest,
    DataRequestKind,
    DataRequestOutcome,
)
from privacy.models.erasures import (
    ErasureAction,
    ErasureCount,
    ErasureKind,
    ErasureRequest,
    ErasureStatus,
    ListedErasure,
)
from privacy.models.processing import ProcessingStatement, ProcessingTopic
from privacy.models.retention import NOTICE_PERIOD, RetentionHold, RetentionPeriod, RetentionRun
from privacy.models.retention_kinds import MAX_DAYS, RETENTION_RULES, RetentionKind, RetentionRule

__all__ = [
    "MAX_DAYS",
    "NOTICE_PERIOD",
    "RETENTION_RULES",
    "TIME_TO_ANSWER",
    "DataExport",
    "DataExportFormat",
    "DataRequest",
    "DataRequestKind",
    "DataRequestOutcome",
    "ErasureAction",
    "ErasureCount",
    "ErasureKind",
    "ErasureRequest",
    "ErasureStatus",
    "ListedErasure",
    "ProcessingStatement",
    "ProcessingTopic",
    "RetentionHold",
    "RetentionKind",
    "RetentionPeriod",
    "RetentionRule",
    "RetentionRun",
]
