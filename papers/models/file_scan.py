"""What the virus scanner said about a file, and the base of all models with files of people."""

from datetime import datetime, timedelta
from typing import Any, Final, Self

from django.conf import settings
from django.db import models
from django.db.models import OuterRef, Q, Subquery
from django.utils.translation import gettext_lazy as _

from core.constraints import known_value

# A file that could not be scanned is tried again after this time.
RETRY_AFTER: Final = timedelta(minutes=10)


class ScanStatus(models.TextChoices):
    WAITING = "waiting", _("waiting")
    CLEAN = "clean", _("clean")
    INFECTED = "infected", _("infected")
    # The scanner answered with an error, such as for a file that is too large for it.
    FAILED = "failed", _("failed")


# The file may turn out clean, and nobody can download it yet.
UNFINISHED: Final = (ScanStatus.WAITING, ScanStatus.FAILED)


class FileScanQuerySet(models.QuerySet["FileScan"]):
    """QuerySet of the scans of files."""

    def due(self, at: datetime) -> Self:
        """Return the scans to make now."""
        failed = Q(status=ScanStatus.FAILED, scanned_at__lte=at - RETRY_AFTER)
        return self.filter(Q(status=ScanStatus.WAITING) | failed)


class FileScan(models.Model):
    """The result for one content, which several rows of several models may have.

    `finding` is the name of the signature that matched, or of the error.
    """

    sha256 = models.CharField(_("SHA-256"), max_length=64, primary_key=True)
    status = models.CharField(
        _("status"), max_length=10, choices=ScanStatus, default=ScanStatus.WAITING
    )
    requested_at = models.DateTimeField(_("requested at"))
    scanned_at = models.DateTimeField(_("scanned at"), null=True, blank=True)
    finding = models.CharField(_("finding"), max_length=200, blank=True)

    objects = FileScanQuerySet.as_manager()

    class Meta:
        verbose_name = _("scan of a file")
        verbose_name_plural = _("scans of files")
        default_permissions = ()
        indexes = [models.Index(fields=["status"], name="papers_filescan_status")]
        constraints = [
            known_value("status", ScanStatus),
            models.CheckConstraint(
                condition=Q(status=ScanStatus.WAITING, scanned_at=None)
                | ~Q(status=ScanStatus.WAITING) & Q(scanned_at__isnull=False),
                name="%(app_label)s_%(class)s_scanned_when",
            ),
            models.CheckConstraint(
                condition=Q(status__in=(ScanStatus.INFECTED, ScanStatus.FAILED)) & ~Q(finding="")
                | Q(status__in=(ScanStatus.WAITING, ScanStatus.CLEAN), finding=""),
                name="%(app_label)s_%(class)s_says_what_was_found",
            ),
        ]

    def __str__(self) -> str:
        return self.sha256


class ScannedFileQuerySet(models.QuerySet[Any]):
    """QuerySet of rows with files of people."""

    def available(self) -> Self:
        """Return the rows whose file may be downloaded, as `ScannedFile.is_available` says."""
        if settings.CLAMD:
            return self.filter(scan_status=ScanStatus.CLEAN)
        # A file without a scan has no status, which SQL compares with nothing.
        return self.filter(Q(scan_status=None) | ~Q(scan_status=ScanStatus.INFECTED))


class ScannedFileManager(models.Manager[Any]):
    """Reads the status of the scan with each row, so that no list can forget it."""

    def get_queryset(self) -> Any:
        scans = FileScan.objects.filter(sha256=OuterRef("sha256"))
        return super().get_queryset().annotate(scan_status=Subquery(scans.values("status")))


class ScannedFile(models.Model):
    """A row with a file of a person. It has the fields `file` and `sha256`, and that manager."""

    # Of a row that was not read by the manager it is unknown, as for a file without a scan.
    scan_status: str | None = None

    class Meta:
        abstract = True

    @property
    def is_infected(self) -> bool:
        """Whether harmful software was found in the file: then nobody can download it."""
        return self.scan_status == ScanStatus.INFECTED

    @property
    def is_clean(self) -> bool:
        """Whether a scan found nothing in the file."""
        return self.scan_status == ScanStatus.CLEAN

    @property
    def is_available(self) -> bool:
        """Whether the file may be downloaded: with a scanner, only after it was found clean."""
        if settings.CLAMD:
            return self.is_clean
        return not self.is_infected
