"""The imports and exports: which spreadsheets staff took in, and which members they took out."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.spreadsheets import SpreadsheetFormat
from members.models.call import Call
from members.models.member import Member

# Between the filters of an export, and between the name of one and what was chosen in it.
FILTER_SEPARATOR = " · "
FILTER_VALUE_SEPARATOR = ": "


class ImportChannel(models.TextChoices):
    """How the expressions of interest of a spreadsheet had reached us."""

    MAIL = "mail", _("By mail")
    FORM = "form", _("By another form")
    OTHER = "other", _("In another way")


class Import(models.Model):
    """One spreadsheet that somebody of the staff took in. Never changed, never deleted.

    The file itself is not kept.
    """

    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("by"), on_delete=models.PROTECT, related_name="+"
    )
    by_name = models.CharField(_("name as it was then"), max_length=250)
    at = models.DateTimeField(_("when"))
    call = models.ForeignKey(
        Call, verbose_name=_("call"), on_delete=models.PROTECT, related_name="+"
    )
    file_name = models.CharField(_("name of the file"), max_length=200)
    # Those that were there already are not counted.
    row_count = models.PositiveIntegerField(_("files made"))
    channel = models.CharField(_("how they were received"), max_length=10, choices=ImportChannel)
    is_acknowledged = models.BooleanField(_("acknowledged by mail"))
    note = models.TextField(_("note"), blank=True)

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        default_permissions = ("view",)
        constraints = [
            models.CheckConstraint(
                condition=Q(channel__in=ImportChannel.values),
                name="%(app_label)s_%(class)s_known_channel",
            ),
            models.CheckConstraint(
                condition=Q(row_count__gt=0), name="%(app_label)s_%(class)s_made_some"
            ),
            models.CheckConstraint(
                condition=~Q(by_name=""), name="%(app_label)s_%(class)s_keeps_the_name"
            ),
        ]

    def __str__(self) -> str:
        return self.file_name


class ImportedRow(models.Model):
    """One row of an import, by the member that it became. Never changed, never deleted."""

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
    """One file that somebody of the staff took out of the queue. Never changed, never deleted.

    `filters` says in English what the list was narrowed to. Of a search it says only that there
    was one: what is searched for is mostly somebody's name or address.
    """

    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("by"), on_delete=models.PROTECT, related_name="+"
    )
    by_name = models.CharField(_("name as it was then"), max_length=250)
    at = models.DateTimeField(_("when"))
    format = models.CharField(_("format"), max_length=4, choices=SpreadsheetFormat)
    filters = models.TextField(_("filters"), blank=True)
    row_count = models.PositiveIntegerField(_("files in it"))

    class Meta:
        verbose_name = _("export")
        verbose_name_plural = _("exports")
        default_permissions = ("view",)
        constraints = [
            models.CheckConstraint(
                condition=Q(format__in=SpreadsheetFormat.values),
                name="%(app_label)s_%(class)s_known_format",
            ),
            models.CheckConstraint(
                condition=~Q(by_name=""), name="%(app_label)s_%(class)s_keeps_the_name"
            ),
        ]

    def __str__(self) -> str:
        return gettext("Export of %(at)s") % {"at": self.at.date().isoformat()}

    @property
    def filters_in_words(self) -> str:
        """What the list was narrowed to, in the reader's language."""
        return filters_as_read(self.filters)


def filters_as_read(noted: str) -> str:
    """Return in the reader's language what a list was narrowed to, from how it was noted."""
    chosen = [each.split(FILTER_VALUE_SEPARATOR, 1) for each in noted.split(FILTER_SEPARATOR)]
    parts = [[part and gettext(part) for part in each] for each in chosen]
    pair = gettext("%(heading)s: %(words)s")
    return FILTER_SEPARATOR.join(
        pair % dict(zip(("heading", "words"), each, strict=True)) if each[1:] else each[0]
        for each in parts
    )
