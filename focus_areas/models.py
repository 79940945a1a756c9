"""The four focus areas with their pillars, and the links and sections of the home page."""

import uuid

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import User
from core.constraints import known_value
from core.history import history_field

FOCUS_AREA_NAMES = {
    1: _("Connecting People Everywhere"),
    2: _("Empowering Communities"),
    3: _("Building Digital Ecosystems"),
    4: _("Incentivizing Investments"),
}


# Answers to meetings of the whole coalition are asked for so many weeks ahead.
DEFAULT_ANSWER_WEEKS = 6
MAX_ANSWER_WEEKS = 52

# Staff without this permission see only the areas that they coordinate.
EVERY_AREA = "focus_areas.view_every_area"


class FocusAreaQuerySet(models.QuerySet["FocusArea"]):
    """QuerySet of focus areas."""

    def visible_to(self, user: User) -> "FocusAreaQuerySet":
        """Return the areas that a staff user may see: all, or those that they coordinate."""
        if user.has_perm(EVERY_AREA):
            return self
        coordinated = FocusArea.coordinators.through.objects.filter(user=user)
        return self.filter(pk__in=coordinated.values("focusarea"))


class FocusArea(models.Model):
    """One of the four areas that the coalition works in. Its name is translated by number."""

    number = models.PositiveSmallIntegerField(_("number"), unique=True)
    slug = models.SlugField(_("address"), unique=True)
    # ITU's own short name, for example ACCESS.
    short_name = models.CharField(_("short name"), max_length=40)
    summary = models.TextField(_("summary"), help_text=_("One sentence for the front page."))
    description = models.TextField(_("description"), help_text=_("In Markdown."))
    # The staff who see this area's members, messages and meetings, and manage its calendar.
    coordinators = models.ManyToManyField(
        settings.AUTH_USER_MODEL, verbose_name=_("coordinators"), blank=True, related_name="+"
    )
    # Translators: Only staff read this.
    answer_weeks = models.PositiveSmallIntegerField(
        _("weeks for which answers are asked"),
        default=DEFAULT_ANSWER_WEEKS,
        db_default=DEFAULT_ANSWER_WEEKS,
        validators=[MinValueValidator(1), MaxValueValidator(MAX_ANSWER_WEEKS)],
        # Translators: Only staff read this.
        help_text=_(
            "Members are asked whether they attend the meetings of the next so many weeks. They "
            "can answer for later ones too."
        ),
    )

    objects = FocusAreaQuerySet.as_manager()

    class Meta:
        verbose_name = _("focus area")
        verbose_name_plural = _("focus areas")
        # There are exactly four areas: none can be added or deleted.
        default_permissions = ("change", "view")
        permissions = [
            ("view_every_area", _("Can see the members, messages and meetings of every area")),
            ("name_coordinators", _("Can assign coordinators to a focus area")),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(number__gte=1) & Q(number__lte=4),
                name="%(app_label)s_%(class)s_one_of_four",
            ),
            models.CheckConstraint(
                condition=Q(answer_weeks__gte=1) & Q(answer_weeks__lte=MAX_ANSWER_WEEKS),
                name="%(app_label)s_%(class)s_answer_weeks_within_a_year",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return str(FOCUS_AREA_NAMES[self.number])


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
            known_value("kind", HomeSectionKind),
        ]

    def __str__(self) -> str:
        return str(HomeSectionKind(self.kind).label)
