"""Parts of working groups that have meetings of their own, such as their editors."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.history import history_field
from focus_areas.models import FocusArea


class Part(models.Model):
    """A named part of one working group, or of the whole coalition, for which meetings can be.

    Who belongs to it is known to the app `participation`.
    """

    focus_area = models.ForeignKey(
        FocusArea,
        verbose_name=_("focus area"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text=_("Leave empty for the whole coalition."),
    )
    name = models.CharField(_("name"), max_length=100)
    version = models.PositiveIntegerField(default=1, editable=False)

    history = history_field()

    class Meta:
        verbose_name = _("part of a group")
        verbose_name_plural = _("parts of groups")
        # Staff who change meetings choose who is invited, so they may change parts too.
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["focus_area", "name"], name="%(app_label)s_%(class)s_name_in_an_area"
            ),
            models.UniqueConstraint(
                fields=["name"],
                condition=Q(focus_area=None),
                name="%(app_label)s_%(class)s_name_in_the_coalition",
            ),
        ]

    def __str__(self) -> str:
        return self.name
