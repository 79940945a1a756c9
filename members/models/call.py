"""Calls: invitations to express interest, each with its deadline."""

from datetime import datetime, timedelta

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.addresses import AddressField


class CallQuerySet(models.QuerySet["Call"]):
    """Queries for calls."""

    def open_at(self, at: datetime) -> "CallQuerySet":
        """Return the calls that accept an EOI at `at`, also in the grace period; latest first."""
        return self.filter(opens_at__lte=at, grace_ends_at__gt=at).order_by("-opens_at", "-pk")

    def upcoming(self, at: datetime) -> "CallQuerySet":
        """Return the calls that are not open yet, the next one first."""
        return self.filter(opens_at__gt=at).order_by("opens_at", "pk")

    def closed(self, at: datetime) -> "CallQuerySet":
        """Return the calls that no longer accept an EOI, the latest first."""
        return self.filter(grace_ends_at__lte=at).order_by("-closes_at", "-pk")


class CallState(models.TextChoices):
    """The state of a call at a given time."""

    UPCOMING = "to_come", pgettext_lazy("of a call", "Upcoming")
    OPEN = "open", _("Open")
    GRACE_PERIOD = "in_grace", _("Grace period")
    CLOSED = "over", pgettext_lazy("of a call", "Closed")


class Call(models.Model):
    """One invitation to express interest, with its deadline.

    `closes_at` and `grace_ends_at` are exclusive. The grace period lasts until the day of the
    deadline is over everywhere on earth. An EOI that arrives in it counts as in time.
    """

    title = models.CharField(_("title"), max_length=200)
    opens_at = models.DateTimeField(_("opens at"))
    closes_at = models.DateTimeField(_("closes at"))
    grace_ends_at = models.DateTimeField(_("grace period ends at"))
    contact_email = AddressField(_("contact"))
    reply_within_days = models.PositiveSmallIntegerField(
        _("response time (working days)"),
        default=10,
        help_text=_(
            "In working days. The form and the acknowledgement promise this response time."
        ),
    )

    objects = CallQuerySet.as_manager()

    class Meta:
        verbose_name = _("call")
        verbose_name_plural = _("calls")
        constraints = [
            models.CheckConstraint(
                condition=Q(closes_at__gt=F("opens_at")),
                name="%(app_label)s_%(class)s_closes_after_opening",
                violation_error_message=_("The call must close after it opens."),
            ),
            models.CheckConstraint(
                condition=Q(grace_ends_at__gte=F("closes_at")),
                name="%(app_label)s_%(class)s_grace_ends_after_closing",
                violation_error_message=_("The grace period cannot end before the call closes."),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def is_open_at(self, at: datetime) -> bool:
        """Return whether the call accepts an EOI at `at`, also in the grace period."""
        return self.opens_at <= at < self.grace_ends_at

    def is_in_grace_at(self, at: datetime) -> bool:
        """Return whether the deadline is over, but not yet everywhere on earth."""
        return self.closes_at <= at < self.grace_ends_at

    def state_at(self, at: datetime) -> CallState:
        """Return the state of the call at `at`."""
        if at < self.opens_at:
            return CallState.UPCOMING
        if at < self.closes_at:
            return CallState.OPEN
        return CallState.GRACE_PERIOD if at < self.grace_ends_at else CallState.CLOSED

    def last_moment_at(self, at: datetime) -> datetime:
        """Return the last minute to show: that of the grace period while it lasts."""
        return self.last_moment_of_grace if self.is_in_grace_at(at) else self.last_moment

    @property
    def last_moment(self) -> datetime:
        """The minute before the deadline, as people read it: 23:59 and not midnight."""
        return self.closes_at - timedelta(minutes=1)

    @property
    def last_moment_of_grace(self) -> datetime:
        """The minute before the grace period ends."""
        return self.grace_ends_at - timedelta(minutes=1)
