"""The imports: spreadsheets of Expressions of Interest that staff took in."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from members.models.call import Call


class Way(models.TextChoices):
    """How the expressions of interest of a spreadsheet had reached us."""

    MAIL = "mail", _("By mail")
    FORM = "form", _("By another form")
    OTHER = "other", _("In another way")


class Import(models.Model):
    """One spreadsheet that somebody of the staff took in. Never changed, never deleted.

    The file itself is not kept. Its members name the import as theirs.
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
    rows = models.PositiveIntegerField(_("files made"))
    way = models.CharField(_("how they had come"), max_length=10, choices=Way)
    is_acknowledged = models.BooleanField(_("acknowledged by mail"))
    note = models.TextField(_("note"), blank=True)

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        default_permissions = ("view",)
        constraints = [
            models.CheckConstraint(
                condition=Q(way__in=Way.values), name="%(app_label)s_%(class)s_known_way"
            ),
            models.CheckConstraint(
                condition=Q(rows__gt=0), name="%(app_label)s_%(class)s_made_some"
            ),
            models.CheckConstraint(
                condition=~Q(by_name=""), name="%(app_label)s_%(class)s_keeps_the_name"
            ),
        ]

    def __str__(self) -> str:
        return self.file_name
