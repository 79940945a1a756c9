"""The record of who exported whose data."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.constraints import known_value
from core.history import MAX_NAME_LENGTH


class DataExportFormat(models.TextChoices):
    HTML = "html", _("A page to read and print (HTML)")
    JSON = "json", _("Data for other programs (JSON)")


class DataExport(models.Model):
    """One export of what is known of a person, by staff or by that person. Never deleted.

    The file is not stored. `address` is that of the person, and is replaced when they are erased.
    """

    at = models.DateTimeField(_("when"), db_index=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("by"), on_delete=models.PROTECT, related_name="+"
    )
    by_name = models.CharField(_("name at that time"), max_length=MAX_NAME_LENGTH)
    address = models.CharField(_("address of the person"), max_length=254)
    is_own = models.BooleanField(_("by the person"))
    format = models.CharField(_("format"), max_length=4, choices=DataExportFormat)

    class Meta:
        verbose_name = _("export of a person's data")
        verbose_name_plural = _("exports of people's data")
        default_permissions = ("view",)
        permissions = [("export_person", _("Can export what is known of a person"))]
        constraints = [
            known_value("format", DataExportFormat),
            models.CheckConstraint(
                condition=~Q(by_name="") & ~Q(address=""),
                name="%(app_label)s_%(class)s_says_who_and_whom",
            ),
        ]

    def __str__(self) -> str:
        return gettext("Export of %(at)s") % {"at": self.at.date().isoformat()}
