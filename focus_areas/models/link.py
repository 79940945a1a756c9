"""The documents and sites that the front page points to."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _


class Link(models.Model):
    """A document or site that the front page points to; staff edit these.

    `uid` tells a link that every migrate wants to be there from one that it has to make,
    whatever staff have made of its words and its address.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    title = models.CharField(_("title"), max_length=200)
    description = models.TextField(_("description"), blank=True)
    url = models.URLField(_("address"), max_length=500)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    is_published = models.BooleanField(
        _("published"), default=True, help_text=_("Untick this instead of deleting the link.")
    )

    class Meta:
        verbose_name = _("link")
        verbose_name_plural = _("links")
        default_permissions = ("add", "change", "view")

    def __str__(self) -> str:
        return self.title
