"""Which accounts the portal made by itself, for focal points, and may end by itself."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User


class MemberAccount(models.Model):
    """That an account was made for the address of a focal point.

    `ended_at` says that the portal ended it, and so may open it again. Where it is empty and the
    account is not active, a colleague has deactivated it, and nobody but a colleague opens it.
    """

    user = models.OneToOneField(
        User, verbose_name=_("account"), on_delete=models.PROTECT, related_name="member_account"
    )
    made_at = models.DateTimeField(_("made at"))
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    class Meta:
        verbose_name = _("account of a focal point")
        verbose_name_plural = _("accounts of focal points")
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=models.F("made_at")),
                name="%(app_label)s_%(class)s_ends_after_it_was_made",
            ),
        ]

    def __str__(self) -> str:
        return str(self.user)
