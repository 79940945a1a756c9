"""The documents and sites that the front page links to."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Link(models.Model):
    """A document or site that the front page links to. Staff can edit it.

    By `uid`, every migrate finds the links that it creates if they are missing, even after staff
    changed the texts or the address.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    title = models.CharField(_("title"), max_length=200)
    description = models.TextField(_("description"), blank=True)
    url = models.URLField(_("address"), max_length=500)
    position = models.PositiveSmallIntegerField(pgettext_lazy("in a list", "position"), default=0)
    is_published = models.BooleanField(
        _("published"), default=True, help_text=_("Untick this instead of deleting the link.")
    )

    class Meta:
        verbose_name = _("link")
        verbose_name_plural = _("links")
        default_permissions = ("add", "change", "view")

    def __str__(self) -> str:
        return self.title
