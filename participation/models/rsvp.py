"""RSVPs and attendance: who said that they come to a meeting, and who came."""

from django.db import models
from django.db.models import F
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import User
from core.constraints import known_value
from core.history import history_field
from meetings.models import Meeting
from members.models import FocalPoint


class RsvpChoice(models.TextChoices):
    """The possible answers to an invitation."""

    YES = "yes", _("Yes, in person")
    REMOTE = "remote", _("Yes, remotely")
    NO = "no", _("No")


# The answers that count as attending.
ATTENDING = (RsvpChoice.YES, RsvpChoice.REMOTE)


class RsvpQuerySet(models.QuerySet["Rsvp"]):
    """Queries about RSVPs."""

    def current(self) -> "RsvpQuerySet":
        """Return the RSVPs of the current holders of roles, for the current start of the meeting.

        A new holder of a role is asked again, and so is everybody if a meeting was moved.
        """
        return self.by_current_holder().filter(starts_at=F("meeting__starts_at"))

    def by_current_holder(self) -> "RsvpQuerySet":
        """Return the RSVPs of the current holders of the roles, for any start of the meeting."""
        return self.filter(link_version=F("focal_point__link_version"))


class Rsvp(models.Model):
    """The RSVP of one focal point to one meeting.

    A new holder of a role keeps the row of the focal point, but gets a higher version of the links
    and another address. `link_version` therefore shows which holder answered.
    """

    meeting = models.ForeignKey(
        Meeting, verbose_name=_("meeting"), on_delete=models.PROTECT, related_name="+"
    )
    focal_point = models.ForeignKey(
        FocalPoint,
        verbose_name=_("focal point"),
        on_delete=models.PROTECT,
        related_name="rsvps",
    )
    link_version = models.PositiveIntegerField(editable=False)
    choice = models.CharField(_("RSVP"), max_length=10, choices=RsvpChoice)
    # The start of the meeting when they answered. If it was moved, they are asked again.
    starts_at = models.DateTimeField(_("meeting start at time of reply"))
    responded_at = models.DateTimeField(_("replied at"))
    by = models.ForeignKey(
        User, verbose_name=_("replied by"), on_delete=models.PROTECT, related_name="+"
    )

    history = history_field()

    objects = RsvpQuerySet.as_manager()

    class Meta:
        verbose_name = _("RSVP")
        verbose_name_plural = _("RSVPs")
        # Focal points answer for themselves: staff may only view RSVPs.
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(
                fields=["meeting", "focal_point", "link_version"],
                name="%(app_label)s_%(class)s_one_of_each_holder",
            ),
            known_value("choice", RsvpChoice),
        ]

    def __str__(self) -> str:
        return self.get_choice_display()


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
