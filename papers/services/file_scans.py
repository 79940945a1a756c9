"""Scan the files of people for harmful software: at the upload, or a little later.

With the setting CLAMD, a file can be downloaded only after it was found clean. Most people hear at
the field that a file is refused. If the scanner does not answer quickly, the file is stored and
waits for the periodic task, which also scans the files from before the setting.

A file that is found infected later stays on the disk, where nobody can download it: a signature may
be wrong, and the same file is available again if it is sent once more and found clean.
"""

import logging
import time
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any, Final

from django.apps import apps
from django.conf import settings
from django.core.files.storage import default_storage
from django.db.models import Exists, F, OuterRef

from outbox.services.publishing import CircuitBreaker
from papers.models import FileScan, ScannedFile, ScanStatus
from papers.services.clamd import NotScanned, ScannerAway, find_malware

logger = logging.getLogger(__name__)

# A person waits this long for the scanner.
UPLOAD_TIMEOUT: Final = timedelta(seconds=2)
SCAN_TIMEOUT: Final = timedelta(seconds=20)
# A run begins no scan after this time, and takes at most so many files.
RUN_DURATION: Final = timedelta(seconds=20)
BATCH_SIZE: Final = 500
# A scan is requested before the row of its file is stored. Later, one without a file is deleted.
SCAN_WITHOUT_FILE: Final = timedelta(hours=1)

# Open if the scanner did not answer a moment ago: nobody who waits for a page asks it again.
breaker = CircuitBreaker()


def scan_upload(content: bytes) -> str | None:
    """Return the name of the signature that matches an upload, or "" if it is clean.

    Returns None if the scanner does not say so quickly, or if there is none.
    """
    if not settings.CLAMD or breaker.is_open:
        return None
    try:
        finding = find_malware([content], timeout=UPLOAD_TIMEOUT)
    except (ScannerAway, NotScanned) as trouble:
        breaker.open()
        logger.warning("A file is not scanned at its upload: %s", trouble)
        return None
    if finding:
        logger.warning("An upload of %d bytes is refused: %s", len(content), finding)
    return finding


def record_upload(sha256: str, *, is_clean: bool, at: datetime) -> None:
    """Record that a file was found clean at its upload, or let it wait for the periodic task."""
    if is_clean:
        _record(FileScan(sha256=sha256, status=ScanStatus.CLEAN, requested_at=at, scanned_at=at))
    elif settings.CLAMD:
        _request([sha256], at=at)


def scan_waiting_files(*, at: datetime) -> int:
    """Scan stored files that wait, the longest first, and return how many were scanned."""
    if not settings.CLAMD:
        return 0
    for model in models_with_files():
        _request(_without_scan(model), at=at)
    ends_at, scanned = time.monotonic() + RUN_DURATION.total_seconds(), 0
    due = FileScan.objects.due(at).order_by(F("scanned_at").asc(nulls_first=True), "requested_at")
    for scan in due[:BATCH_SIZE]:
        if time.monotonic() > ends_at:
            break
        try:
            scanned += _scan_stored(scan, at=at)
        except ScannerAway as trouble:
            logger.warning("The virus scanner does not answer: %s", trouble)
            break
    return scanned


def models_with_files() -> Iterator[Any]:
    """Return the models whose files are scanned."""
    return (model for model in apps.get_models() if issubclass(model, ScannedFile))


def _without_scan(model: Any) -> list[str]:
    """Return contents for which no scan was requested, at most BATCH_SIZE."""
    requested = FileScan.objects.filter(sha256=OuterRef("sha256"))
    rows = model.objects.exclude(Exists(requested)).exclude(file="").order_by("pk")
    return list(rows.values_list("sha256", flat=True)[:BATCH_SIZE])


def _request(contents: list[str], *, at: datetime) -> None:
    scans = (FileScan(sha256=sha256, requested_at=at) for sha256 in contents)
    FileScan.objects.bulk_create(scans, ignore_conflicts=True)


def _record(scan: FileScan) -> None:
    """Store a result. If another process has stored one at the same time, the later one counts."""
    FileScan.objects.bulk_create(
        [scan],
        update_conflicts=True,
        unique_fields=["sha256"],
        update_fields=["status", "scanned_at", "finding"],
    )


def _scan_stored(scan: FileScan, *, at: datetime) -> bool:
    """Scan one content, and return whether a row has it. Raises ScannerAway."""
    rows = [row for model in models_with_files() for row in _first_with(scan.sha256, model)]
    if not rows:
        if scan.requested_at <= at - SCAN_WITHOUT_FILE:
            scan.delete()
        return False
    scan.scanned_at = at
    try:
        with default_storage.open(str(rows[0].file)) as file:
            scan.finding = find_malware(file.chunks(), timeout=SCAN_TIMEOUT)
        scan.status = ScanStatus.INFECTED if scan.finding else ScanStatus.CLEAN
    except (NotScanned, OSError) as trouble:
        scan.status, scan.finding = ScanStatus.FAILED, str(trouble) or type(trouble).__name__
    if scan.finding:
        scan.finding = scan.finding[: FileScan._meta.get_field("finding").max_length]
        names = ", ".join(f"{row._meta.label} {row.pk}" for row in rows)
        logger.warning("The file of %s is %s: %s", names, scan.status, scan.finding)
    _record(scan)
    return True


def _first_with(sha256: str, model: Any) -> Iterable[Any]:
    """Return the first row of a model that has a content, if any."""
    rows: Iterable[Any] = model.objects.filter(sha256=sha256).exclude(file="").order_by("pk")[:1]
    return rows
