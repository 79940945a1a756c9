"""The answers of focal points: whether they come to a meeting."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.history import history_field
from meetings.models import Meeting
from members.models import FocalPoint


class RsvpChoice(models.TextChoices):
    """What somebody says of a meeting: whether they come, and how."""

    YES = "yes", _("Yes, in person")
    REMOTE = "remote", _("Yes, remotely")
    NO = "no", _("No")


# What counts somebody among those who are expected.
ATTENDING = (RsvpChoice.YES, RsvpChoice.REMOTE)


class RsvpQuerySet(models.QuerySet["Rsvp"]):
    """Questions about answers."""

    def current(self) -> "RsvpQuerySet":
        """Keep what whoever holds the role now has answered for the time that the meeting has now.

        A successor answers anew, and a meeting that was moved is asked about again.
        """
        return self.by_current_holder().filter(starts_at=F("meeting__starts_at"))

    def by_current_holder(self) -> "RsvpQuerySet":
        """Keep what whoever holds the role now has answered, for whichever time."""
        return self.filter(link_version=F("focal_point__link_version"))


class Rsvp(models.Model):
    """What one focal point says of one meeting: whether they come, and how.

    Whoever takes a role over takes the row of the focal point over, and is told from who held it
    before by the version of the links, which rises at that moment, and with another address.
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
    choice = models.CharField(_("answer"), max_length=10, choices=RsvpChoice)
    # When the meeting was to begin as they answered: moved, it is asked about again.
    starts_at = models.DateTimeField(_("for a start at"))
    responded_at = models.DateTimeField(_("answered at"))
    by = models.ForeignKey(
        User, verbose_name=_("answered by"), on_delete=models.PROTECT, related_name="+"
    )

    history = history_field()

    objects = RsvpQuerySet.as_manager()

    class Meta:
        verbose_name = _("answer")
        verbose_name_plural = _("answers")
        # Given by those who are asked, and by nobody for them.
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(
                fields=["meeting", "focal_point", "link_version"],
                name="%(app_label)s_%(class)s_one_of_each_holder",
            ),
            models.CheckConstraint(
                condition=Q(choice__in=RsvpChoice.values),
                name="%(app_label)s_%(class)s_known_choice",
            ),
        ]

    def __str__(self) -> str:
        return self.get_choice_display()
