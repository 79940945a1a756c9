"""How long each kind of personal data is kept, what is kept longer, and what was deleted."""

from datetime import datetime, timedelta
from functools import reduce
from operator import or_
from typing import Final

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.constraints import known_value, not_empty
from core.history import MAX_NAME_LENGTH, history_field
from privacy.models.retention_kinds import MAX_DAYS, RETENTION_RULES, RetentionKind, RetentionRule

# Staff can see for so long what will be deleted.
NOTICE_PERIOD: Final = timedelta(days=7)


class RetentionPeriod(models.Model):
    """How many whole days one kind of data is kept, as set by staff. Each kind has one row.

    After a change to fewer days, `previous_days` still hold until `previous_until`.
    """

    kind = models.CharField(_("kind"), max_length=30, choices=RetentionKind, unique=True)
    days = models.PositiveSmallIntegerField(_("days"))
    previous_days = models.PositiveSmallIntegerField(_("previous days"), null=True, blank=True)
    previous_until = models.DateTimeField(_("previous days hold until"), null=True, blank=True)
    # Nothing is deleted before, so that the first rows are shown for as long as later ones.
    begins_at = models.DateTimeField(_("nothing is deleted before"), editable=False)
    checked_at = models.DateTimeField(_("last run"), null=True, blank=True, editable=False)

    history = history_field(excluded_fields=["checked_at"])

    class Meta:
        verbose_name = _("retention period")
        verbose_name_plural = _("retention periods")
        default_permissions = ("change", "view")
        constraints = [
            known_value("kind", RetentionKind),
            models.CheckConstraint(
                condition=reduce(
                    or_,
                    (
                        Q(kind=str(kind), days__gte=rule.min_days, days__lte=MAX_DAYS)
                        for kind, rule in RETENTION_RULES.items()
                    ),
                    # The other constraint refuses these.
                    ~Q(kind__in=RetentionKind.values),
                ),
                name="%(app_label)s_%(class)s_days_within_bounds",
                violation_error_message=_("This number of days is not allowed for this kind."),
            ),
            models.CheckConstraint(
                condition=Q(previous_days__isnull=True, previous_until__isnull=True)
                | Q(
                    previous_days__isnull=False,
                    previous_until__isnull=False,
                    previous_days__gt=F("days"),
                ),
                name="%(app_label)s_%(class)s_previous_days_are_longer",
            ),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()

    @property
    def rule(self) -> RetentionRule:
        return RETENTION_RULES[self.kind]

    def days_at(self, at: datetime) -> int:
        """Return the number of days that holds at a time."""
        is_later = self.previous_until is not None and self.previous_until > at
        return self.previous_days if is_later and self.previous_days else self.days


class RetentionHoldQuerySet(models.QuerySet["RetentionHold"]):
    """Queries for records that are kept longer."""

    def in_force(self, at: datetime) -> "RetentionHoldQuerySet":
        """Return the holds that have not ended."""
        return self.filter(until__gt=at)


class RetentionHold(models.Model):
    """One record that is kept until a time, although its retention period ends earlier.

    `model` is the label of its model, such as "members.Member", and `record` its primary key. The
    hold of an organisation also holds its messages and its histories. Never deleted.
    """

    model = models.CharField(_("table"), max_length=60, editable=False)
    record = models.PositiveBigIntegerField(_("record"), editable=False)
    reason = models.TextField(_("reason"))
    # Exclusive.
    until = models.DateTimeField(_("kept until"))
    placed_at = models.DateTimeField(_("since"), editable=False)
    placed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("by"), on_delete=models.PROTECT, related_name="+"
    )
    placed_by_name = models.CharField(_("name at that time"), max_length=MAX_NAME_LENGTH)

    history = history_field()

    objects = RetentionHoldQuerySet.as_manager()

    class Meta:
        verbose_name = _("record that is kept longer")
        verbose_name_plural = _("records that are kept longer")
        default_permissions = ("add", "view")
        constraints = [
            models.UniqueConstraint(
                fields=["model", "record"], name="%(app_label)s_%(class)s_one_of_each_record"
            ),
            not_empty("reason", fact="has_reason"),
            models.CheckConstraint(
                condition=Q(until__gt=F("placed_at")),
                name="%(app_label)s_%(class)s_ends_after_its_start",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.model} {self.record}"


class RetentionRun(models.Model):
    """How many records of one kind were deleted or emptied on one day, in Geneva. Never deleted."""

    kind = models.CharField(_("kind"), max_length=30, choices=RetentionKind)
    day = models.DateField(_("day"))
    number = models.PositiveIntegerField(_("number of records"))

    history = history_field()

    class Meta:
        verbose_name = _("deletion by retention period")
        verbose_name_plural = _("deletions by retention period")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "day"], name="%(app_label)s_%(class)s_one_a_day"
            ),
            known_value("kind", RetentionKind),
            models.CheckConstraint(
                condition=Q(number__gt=0), name="%(app_label)s_%(class)s_is_of_something"
            ),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()
