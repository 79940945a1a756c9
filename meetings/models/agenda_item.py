"""The items of a meeting's agenda, each with its length."""

from typing import Final

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.history import history_field
from meetings.models.meeting import Meeting

# In minutes: a day, of meetings that last several days.
MAX_ITEM_LENGTH: Final = 1440


class AgendaItem(models.Model):
    """One item of the agenda of a meeting: what is spoken of, for how long, and who opens it.

    It begins when the items before it end. Items are in the order of `position`, then of their
    key.
    """

    meeting = models.ForeignKey(
        Meeting, verbose_name=_("meeting"), on_delete=models.CASCADE, related_name="agenda_items"
    )
    position = models.PositiveSmallIntegerField(_("position"))
    title = models.CharField(_("title"), max_length=200)
    minutes = models.PositiveSmallIntegerField(_("minutes"))
    speaker = models.CharField(_("speaker"), max_length=200, blank=True)

    history = history_field()

    class Meta:
        verbose_name = _("agenda item")
        verbose_name_plural = _("agenda items")
        # The agenda is changed with the permission to change the meeting.
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(minutes__gte=1, minutes__lte=MAX_ITEM_LENGTH),
                name="%(app_label)s_%(class)s_lasts_some_minutes",
            ),
            models.CheckConstraint(
                condition=~Q(title=""), name="%(app_label)s_%(class)s_has_a_title"
            ),
        ]

    def __str__(self) -> str:
        return self.title
