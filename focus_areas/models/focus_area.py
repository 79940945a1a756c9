"""The four focus areas, and the staff who coordinate each of them."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User

FOCUS_AREA_NAMES = {
    1: _("Connecting People Everywhere"),
    2: _("Empowering Communities"),
    3: _("Building Digital Ecosystems"),
    4: _("Incentivizing Investments"),
}


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
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The area's name in the reader's language."""
        return str(FOCUS_AREA_NAMES[self.number])
