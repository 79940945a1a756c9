"""Which papers people have opened."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from papers.models import PaperVersion


class PaperOpening(models.Model):
    """The first time that an account opened a file of a paper: it is not new to it any more."""

    user = models.ForeignKey(
        User, verbose_name=_("account"), on_delete=models.PROTECT, related_name="+"
    )
    version = models.ForeignKey(
        PaperVersion, verbose_name=_("file"), on_delete=models.PROTECT, related_name="openings"
    )
    opened_at = models.DateTimeField(_("opened at"))

    class Meta:
        verbose_name = _("opened paper")
        verbose_name_plural = _("opened papers")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["user", "version"], name="%(app_label)s_%(class)s_once"
            ),
        ]

    def __str__(self) -> str:
        return str(self.version)
