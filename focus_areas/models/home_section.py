"""The sections of the home page, which staff put in order and switch on and off."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.history import history_field


class HomeSectionKind(models.TextChoices):
    FIGURES = "figures", _("The coalition in figures")
    MAP = "map", _("Where members come from")
    FOCUS_AREAS = "focus_areas", _("Four focus areas")
    EVENTS = "events", _("Next events")
    COMMITMENTS = "commitments", _("Latest commitments")
    DOCUMENTS = "documents", _("Documents and links")
    BEFORE_YOU_START = "before_you_start", _("Before you start")
    BENEFITS = "benefits", _("Benefits of membership")


class HomeSection(models.Model):
    """One section of the home page. Each kind has exactly one row.

    The first part of the page, with the call, is not a section: it always comes first.
    """

    kind = models.CharField(_("section"), max_length=20, choices=HomeSectionKind, unique=True)
    position = models.PositiveSmallIntegerField(pgettext_lazy("in a list", "position"), default=0)
    is_shown = models.BooleanField(_("shown"), default=True)

    history = history_field()

    class Meta:
        verbose_name = _("section of the home page")
        verbose_name_plural = _("sections of the home page")
        # There is one of each kind: none can be added or deleted.
        default_permissions = ("change", "view")
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=HomeSectionKind.values),
                name="%(app_label)s_%(class)s_known_kind",
            ),
        ]

    def __str__(self) -> str:
        return str(HomeSectionKind(self.kind).label)
