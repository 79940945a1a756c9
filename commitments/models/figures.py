"""The stored figures of the register, its snapshots, and the rates of exchange behind them."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from commitments.models.commitment import Commitment
from core.constraints import known_value
from core.history import history_field


class RegisterFigures(models.Model):
    """The figures of the whole register, and when they were computed. There is only one row.

    services/figures.py writes and reads `figures`.
    """

    figures = models.JSONField()
    as_of = models.DateTimeField()

    class Meta:
        verbose_name = _("figures of the register")
        verbose_name_plural = _("figures of the register")
        default_permissions = ()
        constraints = [
            models.CheckConstraint(condition=Q(id=1), name="%(app_label)s_%(class)s_one_row"),
        ]

    def __str__(self) -> str:
        return str(self.as_of)


class DataSnapshot(models.Model):
    """All files of the open data at one moment. Never changed or deleted.

    `month` is the first day of the month, in Geneva; `taken_at` may be later, after an outage.
    """

    month = models.DateField(_("month"), unique=True)
    taken_at = models.DateTimeField(_("taken at"))

    class Meta:
        verbose_name = _("snapshot of the open data")
        verbose_name_plural = _("snapshots of the open data")
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(month__day=1), name="%(app_label)s_%(class)s_first_of_the_month"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}"


class SnapshotFile(models.Model):
    """A file of a snapshot, stored beside the database: a ZIP file. Never changed or deleted.

    Snapshots from before version 1.1 have a row for each file that is now in the ZIP file. `rows`
    is the number of its rows or activities; empty if it has none. `size` is in bytes.
    """

    snapshot = models.ForeignKey(DataSnapshot, on_delete=models.PROTECT, related_name="files")
    name = models.CharField(_("name"), max_length=60)
    file = models.FileField(_("file"), max_length=200)
    size = models.PositiveBigIntegerField(_("size"))
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    rows = models.PositiveIntegerField(_("rows"), null=True, blank=True)

    class Meta:
        verbose_name = _("file of a snapshot")
        verbose_name_plural = _("files of snapshots")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["snapshot", "name"], name="%(app_label)s_%(class)s_name_once"
            ),
            models.CheckConstraint(
                condition=Q(sha256__regex=r"^[0-9a-f]{64}$"),
                name="%(app_label)s_%(class)s_has_a_checksum",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.snapshot}/{self.name}"


class RetractedTable(models.TextChoices):
    """The files of the open data of which a row can be retracted, by their names."""

    AMOUNTS = "amounts", _("Amounts")
    PARTNERS = "partners", _("Partners")


class RetractedRow(models.Model):
    """A row that was in the open data until a partner declined. Never changed.

    Earlier snapshots keep the row, so this tells their readers to leave it out. `key` is the number
    of the amount or the partner in its file.
    """

    commitment = models.ForeignKey(Commitment, on_delete=models.PROTECT, related_name="retractions")
    table = models.CharField(_("file"), max_length=20, choices=RetractedTable)
    key = models.UUIDField(_("number of the row"))
    retracted_at = models.DateTimeField(_("retracted at"))

    class Meta:
        verbose_name = _("retracted row of the open data")
        verbose_name_plural = _("retracted rows of the open data")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["commitment", "table", "key"], name="%(app_label)s_%(class)s_once"
            ),
            known_value("table", RetractedTable),
        ]

    def __str__(self) -> str:
        return f"{self.table}: {self.key}"


class ExchangeRate(models.Model):
    """Units of a currency for one US dollar in a month. `month` is its first day.

    The intended source is the United Nations operational rates of exchange.
    """

    source = models.CharField(_("source"), max_length=100)
    currency = models.CharField(_("currency"), max_length=3)
    month = models.DateField(_("month"))
    rate = models.DecimalField(_("units for one US dollar"), max_digits=18, decimal_places=6)

    history = history_field()

    class Meta:
        verbose_name = _("rate of exchange")
        verbose_name_plural = _("rates of exchange")
        default_permissions = ("add", "change", "view")
        constraints = [
            models.UniqueConstraint(
                fields=["currency", "month"], name="%(app_label)s_%(class)s_one_a_month"
            ),
            models.CheckConstraint(
                condition=Q(rate__gt=0), name="%(app_label)s_%(class)s_is_positive"
            ),
            models.CheckConstraint(
                condition=Q(month__day=1), name="%(app_label)s_%(class)s_first_of_the_month"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.currency} {self.month:%Y-%m}: {self.rate}"
