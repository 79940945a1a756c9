"""How long each kind of personal data is kept, what is kept longer, and what was deleted."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import reduce
from operator import or_
from typing import Final

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core.constraints import known_value, not_empty
from core.history import MAX_NAME_LENGTH, history_field

# Twenty years. It only catches typing errors.
MAX_DAYS: Final = 7300


class RetentionKind(models.TextChoices):
    DRAFTS = "drafts", _("Drafts of letters")
    DECLINED = "declined", _("Declined expressions of interest")
    WITHDRAWN = "withdrawn", _("Withdrawn expressions of interest")
    CLOSED = "closed", _("Expressions of interest closed as a duplicate or as abandoned")
    SUSPECTED = "suspected", _("Expressions of interest closed as suspected spam")
    FORMER_FOCAL_POINTS = "former_focal_points", _("Former focal points")
    FORMER_MEMBER_ACCOUNTS = "former_member_accounts", _("Accounts of former focal points")
    FORMER_STAFF = "former_staff", _("Accounts of former staff")
    MESSAGES = "messages", _("Messages")
    HISTORIES = "histories", _("Histories and timelines")
    SIGN_IN_EVENTS = "sign_in_events", _("Sign-ins")
    READING_EVENTS = "reading_events", _("Records of who read personal data")


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionRule:
    """What staff read about one kind, its first number of days, and the lowest that is allowed.

    `note` is for ITU's legal unit: why the first value is so long.
    """

    first_days: int
    min_days: int
    counted_from: str | Promise
    deleted: str | Promise
    kept: str | Promise
    note: str | Promise


DELETED_DATA: Final = _(
    "The names, addresses and numbers of its focal points, its name and its answers with their "
    "files, its notes and opinions, and the recipients and texts of its messages."
)
REMAINING_DATA: Final = _(
    "The reference, the status, the category, the country, the focus areas, the roles and all "
    "dates, so that all figures stay the same."
)

RETENTION_RULES: Final[Mapping[str, RetentionRule]] = {
    RetentionKind.DRAFTS: RetentionRule(
        first_days=365,
        min_days=30,
        counted_from=_("the day on which the draft was last saved"),
        deleted=_("Letters that an officer began and never sent."),
        kept=_("Nothing."),
        note=_("A year is longer than any call. Officers can discard a draft earlier."),
    ),
    RetentionKind.DECLINED: RetentionRule(
        first_days=1095,
        min_days=180,
        counted_from=_("the day of the decision"),
        deleted=DELETED_DATA,
        kept=REMAINING_DATA,
        note=_(
            "Three years, so that questions about a decision can be answered during the call and "
            "the two that follow."
        ),
    ),
    RetentionKind.WITHDRAWN: RetentionRule(
        first_days=1095,
        min_days=180,
        counted_from=_("the day of the withdrawal"),
        deleted=DELETED_DATA,
        kept=REMAINING_DATA,
        note=_("Three years, as for those that were declined. Members that left are part of it."),
    ),
    RetentionKind.CLOSED: RetentionRule(
        first_days=730,
        min_days=180,
        counted_from=_("the day on which it was closed"),
        deleted=DELETED_DATA,
        kept=REMAINING_DATA,
        note=_("Two years. A closing sends no letter, so the organisation may still ask."),
    ),
    RetentionKind.SUSPECTED: RetentionRule(
        first_days=365,
        min_days=120,
        counted_from=_("the day on which it was closed"),
        deleted=DELETED_DATA,
        kept=REMAINING_DATA,
        note=_("A year, so that a real organisation that was taken for spam can still complain."),
    ),
    RetentionKind.FORMER_FOCAL_POINTS: RetentionRule(
        first_days=730,
        min_days=90,
        counted_from=_("the day on which another person took over the role"),
        deleted=_("The name, the address and the number of the former person, in each history."),
        kept=_("That the role was taken over, and on which day."),
        note=_("Two years, so that it can be found out with whom something was agreed."),
    ),
    RetentionKind.FORMER_MEMBER_ACCOUNTS: RetentionRule(
        first_days=730,
        min_days=90,
        counted_from=_("the day on which the account was deactivated"),
        deleted=_("The name and the address of the account, and its preferences."),
        kept=_("An account without a name, so that what it did still has an author."),
        note=_("Two years, as for former focal points."),
    ),
    RetentionKind.FORMER_STAFF: RetentionRule(
        first_days=1095,
        min_days=180,
        counted_from=_("the day on which the account was deactivated"),
        deleted=_("The name and the address of the account, also where its actions are listed."),
        kept=_("An account without a name. Its actions are listed as those of former staff."),
        note=_("Three years: people who ask about a decision may ask who made it."),
    ),
    RetentionKind.MESSAGES: RetentionRule(
        first_days=1095,
        min_days=180,
        counted_from=_("the day on which the message was sent, failed or was cancelled"),
        deleted=_("The recipient, the subject, the text, and what mail servers answered."),
        kept=_("The kind of the message, its times, and whether it arrived."),
        note=_("Three years, as long as the decisions that the messages are about."),
    ),
    RetentionKind.HISTORIES: RetentionRule(
        first_days=1825,
        min_days=365,
        counted_from=_("the day of the change"),
        deleted=_("The old and new values of fields with personal data, and the author's name."),
        kept=_("When something was changed, which fields, and by which role."),
        note=_("Five years, the usual period of an audit. Current values are not part of it."),
    ),
    RetentionKind.SIGN_IN_EVENTS: RetentionRule(
        first_days=365,
        min_days=90,
        counted_from=_("the day of the sign-in, successful or not"),
        deleted=_("The whole record."),
        kept=_("Nothing."),
        note=_("A year: misuse of an account is often found only months later."),
    ),
    RetentionKind.READING_EVENTS: RetentionRule(
        first_days=730,
        min_days=180,
        counted_from=_("the day on which a member of staff read the data"),
        deleted=_("The whole record."),
        kept=_("Nothing."),
        note=_("Two years, so that a person can ask who read their data."),
    ),
}


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
