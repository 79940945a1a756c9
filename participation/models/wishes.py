"""Of what somebody who takes part wants to be reminded."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.records import kept_history


class Wishes(models.Model):
    """Which reminders come to an account; without a row, those that are the default."""

    user = models.OneToOneField(
        User, verbose_name=_("account"), on_delete=models.PROTECT, related_name="wishes"
    )
    day_before = models.BooleanField(_("a day before a meeting"), default=True)
    hour_before = models.BooleanField(_("an hour before a meeting"), default=False)

    history = kept_history()

    class Meta:
        verbose_name = _("wishes for reminders")
        verbose_name_plural = _("wishes for reminders")
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.user)
