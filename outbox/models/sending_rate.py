"""The model for how fast mail may be sent."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class SendingRate(models.Model):
    """When the next mail may be sent at the agreed rate. There is one row at most.

    `next_at` lies in the past if less mail was sent than allowed, and grows by one interval with
    each mail.
    """

    next_at = models.DateTimeField(_("next mail at"))

    class Meta:
        verbose_name = _("sending rate")
        verbose_name_plural = _("sending rates")
        default_permissions = ()

    def __str__(self) -> str:
        return str(self._meta.verbose_name)
