"""Records of imports and exports of spreadsheets by staff."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.constraints import known_value, not_empty
from core.spreadsheets import SpreadsheetFormat
from members.models.call import Call
from members.models.member import Member

# Between the filters of an export, and between a filter's name and its value.
FILTER_SEPARATOR = " · "
FILTER_VALUE_SEPARATOR = ": "


class ImportChannel(models.TextChoices):
    """How the Expressions of Interest in a spreadsheet had arrived."""

    MAIL = "mail", _("By email")
    FORM = "form", _("By another form")
    OTHER = "other", _("In another way")


class Import(models.Model):
    """One spreadsheet that staff imported. Never changed, never deleted.

    The file itself is not stored.
    """

    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("by"), on_delete=models.PROTECT, related_name="+"
    )
    by_name = models.CharField(_("name at that time"), max_length=250)
    at = models.DateTimeField(_("when"))
    # Empty if members were corrected only.
    call = models.ForeignKey(
        Call,
        verbose_name=_("call"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    file_name = models.CharField(_("file name"), max_length=200)
    # Without the rows that were skipped.
    row_count = models.PositiveIntegerField(_("organisations created"))
    corrected_count = models.PositiveIntegerField(
        _("organisations corrected"), default=0, db_default=0
    )
    channel = models.CharField(
        _("how they were received"), max_length=10, choices=ImportChannel, blank=True
    )
    is_acknowledged = models.BooleanField(_("acknowledgement sent"))
    note = models.TextField(_("note"), blank=True)

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        default_permissions = ("view",)
        constraints = [
            models.CheckConstraint(
                condition=Q(row_count=0, call__isnull=True, channel="")
                | Q(row_count__gt=0, call__isnull=False, channel__in=ImportChannel.values),
                name="%(app_label)s_%(class)s_says_how_created",
            ),
            models.CheckConstraint(
                condition=Q(row_count__gt=0) | Q(corrected_count__gt=0),
                name="%(app_label)s_%(class)s_made_some",
            ),
            not_empty("by_name", fact="keeps_the_name"),
        ]

    def __str__(self) -> str:
        return self.file_name


class ImportedRow(models.Model):
    """One row of an import, with the member created from it. Never changed, never deleted."""

    spreadsheet_import = models.ForeignKey(
        Import,
        verbose_name=_("imported with"),
        on_delete=models.PROTECT,
        related_name="imported_rows",
    )
    member = models.OneToOneField(
        Member, verbose_name=_("member"), on_delete=models.PROTECT, related_name="imported_row"
    )

    class Meta:
        verbose_name = _("imported row")
        verbose_name_plural = _("imported rows")
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.member_id)


class Export(models.Model):
    """One export of the queue by staff. Never changed, never deleted.

    `filters` describes the filters of the list in English. If there was a search, it does not
    contain the search terms, which are usually a person's name or address.
    """

    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("by"), on_delete=models.PROTECT, related_name="+"
    )
    by_name = models.CharField(_("name at that time"), max_length=250)
    at = models.DateTimeField(_("when"))
    format = models.CharField(_("format"), max_length=4, choices=SpreadsheetFormat)
    filters = models.TextField(_("filters"), blank=True)
    row_count = models.PositiveIntegerField(_("number of organisations"))

    class Meta:
        verbose_name = _("export")
        verbose_name_plural = _("exports")
        default_permissions = ("view",)
        constraints = [
            known_value("format", SpreadsheetFormat),
            not_empty("by_name", fact="keeps_the_name"),
        ]

    def __str__(self) -> str:
        return gettext("Export of %(at)s") % {"at": self.at.date().isoformat()}

    @property
    def filters_in_words(self) -> str:
        return filters_as_read(self.filters)


def filters_as_read(noted: str) -> str:
    """Translate stored filters of a list into the reader's language."""
    chosen = [each.split(FILTER_VALUE_SEPARATOR, 1) for each in noted.split(FILTER_SEPARATOR)]
    parts = [[part and gettext(part) for part in each] for each in chosen]
    pair = gettext("%(heading)s: %(words)s")
    return FILTER_SEPARATOR.join(
        pair % dict(zip(("heading", "words"), each, strict=True)) if each[1:] else each[0]
        for each in parts
    )
