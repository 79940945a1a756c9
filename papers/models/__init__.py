"""Models of papers and of the scans of files."""

from papers.models.file_scan import (
    UNFINISHED,
    FileScan,
    ScannedFile,
    ScannedFileManager,
    ScannedFileQuerySet,
    ScanStatus,
)
from papers.models.paper import (
    Paper,
    PaperKind,
    PaperQuerySet,
    PaperVersion,
    PaperVersionQuerySet,
    name_of_file,
)

__all__ = [
    "UNFINISHED",
    "FileScan",
    "Paper",
    "PaperKind",
    "PaperQuerySet",
    "PaperVersion",
    "PaperVersionQuerySet",
    "ScanStatus",
    "ScannedFile",
    "ScannedFileManager",
    "ScannedFileQuerySet",
    "name_of_file",
]
