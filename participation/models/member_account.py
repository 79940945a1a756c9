"""Accounts that the portal created for focal points, and may deactivate again."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User


class MemberAccount(models.Model):
    """Marks an account that was created for the address of a focal point.

    `ended_at` is set if the portal deactivated the account, and may reactivate it. If it is empty
    and the account is inactive, a colleague deactivated it, and only a colleague may reactivate it.
    """

    user = models.OneToOneField(
        User, verbose_name=_("account"), on_delete=models.PROTECT, related_name="member_account"
    )
    made_at = models.DateTimeField(_("created at"))
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    class Meta:
        verbose_name = _("focal point account")
        verbose_name_plural = _("focal point accounts")
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=models.F("made_at")),
                name="%(app_label)s_%(class)s_ends_after_it_was_made",
            ),
        ]

    def __str__(self) -> str:
        return str(self.user)
