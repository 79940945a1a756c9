"""Requests for new private links."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.constraints import not_empty


class LinkRequest(models.Model):
    """A request for the links of an address, which may be unknown. Deleted once it is answered."""

    email = models.EmailField(_("email"), max_length=254)
    asked_at = models.DateTimeField(_("requested at"))

    class Meta:
        verbose_name = _("request for links")
        verbose_name_plural = _("requests for links")
        default_permissions = ()
        constraints = [
            not_empty("email", fact="has_email"),
        ]

    def __str__(self) -> str:
        return str(self.pk)
