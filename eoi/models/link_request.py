"""Requests for new private links."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class LinkRequest(models.Model):
    """A request for the links of an address, which may be unknown. Deleted once it is answered."""

    email = models.EmailField(_("email"), max_length=254)
    asked_at = models.DateTimeField(_("requested at"))

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
