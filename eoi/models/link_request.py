"""Requests for new private links."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class LinkRequest(models.Model):
    """Somebody asked that what an address has with us be sent to it again.

    Kept for every address alike until it is answered, soon after: whether an address is known
    shows neither in what is answered nor in how long it takes.
    """

    email = models.EmailField(_("email"), max_length=254)
    asked_at = models.DateTimeField(_("asked at"))

    class Meta:
        verbose_name = _("request for links")
        verbose_name_plural = _("requests for links")
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=~Q(email=""), name="%(app_label)s_%(class)s_has_email"
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)
