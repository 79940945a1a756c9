"""The calendar feed of a person: their choices, and when it was last fetched."""

from datetime import UTC, datetime, timedelta
from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.constraints import known_value
from core.history import history_field

# A feed that no calendar program has fetched for this long is not in use any more.
USAGE_PERIOD: Final = timedelta(days=14)


class DeclinedMeetings(models.TextChoices):
    """What a feed does with the meetings that the person declined."""

    FREE = "free", _("Show them as free time")
    OMIT = "omit", _("Leave them out")


class FeedReminder(models.TextChoices):
    """How long before a meeting the calendar program reminds the person."""

    NONE = "none", _("No reminder")
    TEN_MINUTES = "10_minutes", _("10 minutes before")
    HOUR = "1_hour", _("1 hour before")
    DAY = "1_day", _("1 day before")

    @property
    def before(self) -> timedelta | None:
        """The time between the reminder and the meeting; None without a reminder."""
        return BEFORE.get(self)


BEFORE: Final = {
    FeedReminder.TEN_MINUTES: timedelta(minutes=10),
    FeedReminder.HOUR: timedelta(hours=1),
    FeedReminder.DAY: timedelta(days=1),
}


class CalendarFeedQuerySet(models.QuerySet["CalendarFeed"]):
    """Queries about calendar feeds."""

    def in_use(self, at: datetime) -> "CalendarFeedQuerySet":
        """Return the feeds that a calendar program fetched in the last USAGE_PERIOD."""
        return self.filter(fetched_on__gte=(at - USAGE_PERIOD).astimezone(UTC).date())


class CalendarFeed(models.Model):
    """The feed of one account; without a row, the defaults apply and it was never fetched.

    The address of the feed is not stored here: it is a private link of a focal point.
    """

    user = models.OneToOneField(
        User, verbose_name=_("account"), on_delete=models.PROTECT, related_name="calendar_feed"
    )
    declined = models.CharField(
        _("declined meetings"),
        max_length=10,
        choices=DeclinedMeetings,
        default=DeclinedMeetings.FREE,
    )
    reminder = models.CharField(
        _("reminder in the calendar"),
        max_length=10,
        choices=FeedReminder,
        default=FeedReminder.NONE,
    )
    # When the choices were last changed, if ever.
    changed_at = models.DateTimeField(_("changed at"), null=True, blank=True)
    # The last day, in UTC, on which a program fetched it. Only the day: this is written once a day.
    fetched_on = models.DateField(_("last fetched on"), null=True, blank=True)

    history = history_field(excluded_fields=["fetched_on"])

    objects = CalendarFeedQuerySet.as_manager()

    class Meta:
        verbose_name = _("calendar feed")
        verbose_name_plural = _("calendar feeds")
        default_permissions = ()
        constraints = [
            known_value("declined", DeclinedMeetings),
            known_value("reminder", FeedReminder),
        ]

    def __str__(self) -> str:
        return str(self.user)
