"""The pillars of the focus areas: the subjects that each of them works on."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from focus_areas.models.focus_area import FocusArea


class Pillar(models.Model):
    """One subject that a focus area works on, for example cybersecurity. Staff can edit it.

    By `uid`, every migrate finds the pillars that it creates if they are missing.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    focus_area = models.ForeignKey(
        FocusArea, verbose_name=_("focus area"), on_delete=models.PROTECT, related_name="+"
    )
    name = models.CharField(_("name"), max_length=200)
    summary = models.TextField(_("summary"), blank=True, help_text=_("One sentence."))
    position = models.PositiveSmallIntegerField(pgettext_lazy("in a list", "position"), default=0)
    is_published = models.BooleanField(
        _("published"), default=True, help_text=_("Untick this instead of deleting the pillar.")
    )

    class Meta:
        verbose_name = _("pillar")
        verbose_name_plural = _("pillars")
        default_permissions = ("add", "change", "view")

    def __str__(self) -> str:
        return self.name
