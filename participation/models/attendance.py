"""Attendance: who was at a meeting, as recorded by its organisers."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import User
from core.constraints import known_value
from core.history import history_field
from meetings.models import Meeting
from members.models import FocalPoint


class Presence(models.TextChoices):
    """How somebody attended a meeting, or that they did not."""

    ONSITE = "on_site", _("Attended in person")
    REMOTE = "remote", _("Attended remotely")
    ABSENT = "absent", _("Absent")
    # Only for a meeting with several sittings.
    ELSEWHERE = "elsewhere", _("At another sitting")


class Attendance(models.Model):
    """Whether and how one focal point attended one meeting.

    The names are those at the time of recording: the holder of a role and the name of an
    organisation may change.
    """

    meeting = models.ForeignKey(
        Meeting, verbose_name=_("meeting"), on_delete=models.PROTECT, related_name="+"
    )
    focal_point = models.ForeignKey(
        FocalPoint, verbose_name=_("focal point"), on_delete=models.PROTECT, related_name="+"
    )
    name = models.CharField(_("name"), max_length=250)
    organisation_name = models.CharField(_("organisation"), max_length=200)
    presence = models.CharField(_("presence"), max_length=10, choices=Presence)
    recorded_at = models.DateTimeField(_("recorded at"))
    recorded_by = models.ForeignKey(
        User,
        verbose_name=pgettext_lazy("of attendance", "recorded by"),
        on_delete=models.PROTECT,
        related_name="+",
    )

    history = history_field()

    class Meta:
        verbose_name = _("attendance")
        verbose_name_plural = _("attendance")
        default_permissions = ("view",)
        permissions = [("take_attendance", _("Can record attendance of meetings"))]
        constraints = [
            models.UniqueConstraint(
                fields=["meeting", "focal_point"],
                name="%(app_label)s_%(class)s_once",
            ),
            known_value("presence", Presence),
        ]

    def __str__(self) -> str:
        return self.get_presence_display()
