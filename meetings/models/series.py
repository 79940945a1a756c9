"""The recurrence rules of meetings."""

from datetime import timedelta

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.constraints import known_value
from core.history import history_field
from core.time_zones import validate_time_zone

# Almost two years of weekly meetings. A working group that meets for longer starts a new series.
MAX_OCCURRENCES = 100


class Frequency(models.TextChoices):
    WEEKLY = "weekly", _("weekly")
    MONTHLY = "monthly", _("monthly")


class Weekday(models.IntegerChoices):
    MONDAY = 0, _("Monday")
    TUESDAY = 1, _("Tuesday")
    WEDNESDAY = 2, _("Wednesday")
    THURSDAY = 3, _("Thursday")
    FRIDAY = 4, _("Friday")
    SATURDAY = 5, _("Saturday")
    SUNDAY = 6, _("Sunday")


class Week(models.IntegerChoices):
    """The position of a weekday in a month, such as the second Tuesday."""

    FIRST = 1, _("first")
    SECOND = 2, _("second")
    THIRD = 3, _("third")
    FOURTH = 4, _("fourth")
    LAST = -1, _("last")


class Series(models.Model):
    """The recurrence rule of some meetings, like "every second Tuesday at 15:00 in Nairobi".

    Each occurrence is a meeting of its own. The rule only says when there are meetings, not what
    they are about.
    """

    frequency = models.CharField(_("repeats"), max_length=10, choices=Frequency)
    # In weeks or months, by the frequency.
    interval = models.PositiveSmallIntegerField(_("every"), default=1)
    weekday = models.PositiveSmallIntegerField(_("weekday"), choices=Weekday)
    # Only for monthly series.
    week = models.SmallIntegerField(_("position in the month"), choices=Week, null=True, blank=True)
    # The first occurrence is on this day or after it.
    first_day = models.DateField(_("from"))
    # The series ends by one of these two fields.
    last_day = models.DateField(_("until"), null=True, blank=True)
    count = models.PositiveSmallIntegerField(_("number of meetings"), null=True, blank=True)
    # The local time in the time zone, whatever the UTC offset; None for whole days.
    local_time = models.TimeField(_("begins at"), null=True, blank=True)
    duration = models.DurationField(_("duration"))
    time_zone = models.CharField(_("time zone"), max_length=64, validators=[validate_time_zone])

    history = history_field()

    class Meta:
        verbose_name = _("series")
        verbose_name_plural = _("series")
        # It is changed only together with its meetings, with their permissions.
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(frequency=Frequency.WEEKLY, week=None)
                | Q(frequency=Frequency.MONTHLY, week__in=Week.values, week__isnull=False),
                name="%(app_label)s_%(class)s_week_of_a_month",
            ),
            models.CheckConstraint(
                condition=Q(interval__gte=1, interval__lte=52),
                name="%(app_label)s_%(class)s_interval_within_a_year",
            ),
            known_value("weekday", Weekday),
            models.CheckConstraint(
                condition=Q(
                    last_day=None, count__isnull=False, count__gte=1, count__lte=MAX_OCCURRENCES
                )
                | Q(count=None, last_day__isnull=False, last_day__gte=F("first_day")),
                name="%(app_label)s_%(class)s_ends_one_way",
            ),
            models.CheckConstraint(
                condition=Q(duration__gt=timedelta()), name="%(app_label)s_%(class)s_lasts"
            ),
        ]

    def __str__(self) -> str:
        # People read this in the history, so it shows no primary keys.
        return _("%(weekday)s, from %(day)s") % {
            "weekday": self.get_weekday_display(),
            "day": self.first_day.isoformat(),
        }
