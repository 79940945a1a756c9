"""Events: who signed in, who read records and lists with personal data, and their digests."""

from datetime import date, datetime

from django.db import connection, models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models.accounts import User
from core.constraints import known_value, not_empty


class AccountKind(models.TextChoices):
    """Whose account a sign-in was for."""

    STAFF = "staff", _("Staff")
    FOCAL_POINT = "focal_point", _("Focal point")
    UNKNOWN = "unknown", _("No account")


class SignInMethod(models.TextChoices):
    """How a person signs in, or confirms who they are."""

    PASSWORD = "password", _("Password")
    SECOND_FACTOR = "second_factor", _("Second factor after the password")
    PASSKEY = "passkey", _("Passkey alone")
    CODE = "code", _("Code by email")
    SINGLE_SIGN_ON = "single_sign_on", _("Single sign-on")
    PRIVATE_LINK = "private_link", _("Private link and family name")
    CONFIRMATION = "confirmation", _("Confirmation in a session")


class SignInOutcome(models.TextChoices):
    """The result of an attempt to sign in: success, or why it failed."""

    SUCCEEDED = "succeeded", _("Signed in")
    WRONG = "wrong", _("Wrong password, code or passkey")
    EXPIRED = "expired", _("Code expired")
    TOO_MANY = "too_many", _("Too many attempts")
    INACTIVE = "inactive", _("Account is deactivated")
    NO_ROLE = "no_role", _("Single sign-on without a role here")


class SignInEvent(models.Model):
    """One attempt to sign in, successful or failed. Never changed; deleted after a time.

    It has no address and nothing that was typed. `network` is a keyed hash, by which attempts from
    one network can be recognised. Refusals for too many attempts are stored once for each network
    and quarter of an hour, so that an attack cannot fill the table.
    """

    at = models.DateTimeField(_("when"), db_index=True)
    user = models.ForeignKey(
        User,
        verbose_name=_("account"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    account_kind = models.CharField(_("kind of account"), max_length=20, choices=AccountKind)
    method = models.CharField(_("how"), max_length=20, choices=SignInMethod)
    outcome = models.CharField(_("outcome"), max_length=20, choices=SignInOutcome)
    # Such as "Firefox on Windows", in English.
    browser = models.CharField(_("browser"), max_length=60, blank=True)
    network = models.CharField(_("network"), max_length=12, blank=True)
    quarter_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("sign-in")
        verbose_name_plural = _("sign-ins")
        default_permissions = ()
        constraints = [
            known_value("account_kind", AccountKind),
            known_value("method", SignInMethod),
            known_value("outcome", SignInOutcome),
            models.CheckConstraint(
                condition=Q(account_kind=AccountKind.UNKNOWN, user__isnull=True)
                | (~Q(account_kind=AccountKind.UNKNOWN) & Q(user__isnull=False)),
                name="%(app_label)s_%(class)s_kind_of_its_account",
            ),
            models.CheckConstraint(
                condition=~Q(outcome=SignInOutcome.SUCCEEDED) | Q(user__isnull=False),
                name="%(app_label)s_%(class)s_success_has_an_account",
            ),
            models.CheckConstraint(
                condition=Q(outcome=SignInOutcome.TOO_MANY, quarter_at__isnull=False)
                | (~Q(outcome=SignInOutcome.TOO_MANY) & Q(quarter_at__isnull=True)),
                name="%(app_label)s_%(class)s_only_refusals_have_a_quarter",
            ),
            models.UniqueConstraint(
                fields=["network", "method", "quarter_at"],
                name="%(app_label)s_%(class)s_one_refusal_a_quarter",
            ),
        ]

    def __str__(self) -> str:
        return self.get_outcome_display()


class ReadingKind(models.TextChoices):
    """How a person read a record."""

    PAGE = "page", _("Page")
    FILE = "file", _("File")
    LETTER = "letter", _("Letter")
    EXPORT = "export", _("Export")


class ReadingEvent(models.Model):
    """A member of staff read a record with personal data. Never changed; deleted after a time.

    There is one row for each person, record and kind in a quarter of an hour, by `quarter_at`. It
    says which record, but nothing that the record contains. `record_pk` is 0 for an export of many.
    """

    at = models.DateTimeField(_("when"), db_index=True)
    quarter_at = models.DateTimeField(editable=False)
    by = models.ForeignKey(
        User, verbose_name=_("by"), on_delete=models.PROTECT, related_name="+", db_index=False
    )
    # The label of its model, such as "members.member".
    record_type = models.CharField(_("kind of record"), max_length=60)
    record_pk = models.PositiveBigIntegerField(_("record"), default=0)
    kind = models.CharField(_("how"), max_length=10, choices=ReadingKind)

    class Meta:
        verbose_name = _("reading of personal data")
        verbose_name_plural = _("readings of personal data")
        default_permissions = ()
        indexes = [models.Index(fields=["record_type", "record_pk"], name="reading_record")]
        constraints = [
            known_value("kind", ReadingKind),
            models.CheckConstraint(
                condition=~Q(record_pk=0) | Q(kind=ReadingKind.EXPORT),
                name="%(app_label)s_%(class)s_only_exports_are_of_many",
            ),
            models.UniqueConstraint(
                fields=["by", "record_type", "record_pk", "kind", "quarter_at"],
                name="%(app_label)s_%(class)s_once_a_quarter",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.record_type} {self.record_pk}"


class EventDigest(models.Model):
    """The events of one table on one day in UTC: their number, and a hash of them.

    `seal` is a keyed hash of all digests of the table until this one. It shows whether somebody
    changed an event or a digest. Never changed, and kept when the events are deleted.
    """

    # The label of its model, such as "accounts.SignInEvent".
    table = models.CharField(max_length=60)
    day = models.DateField()
    number = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    seal = models.CharField(max_length=64)
    at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = _("daily digest of events")
        verbose_name_plural = _("daily digests of events")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["table", "day"], name="%(app_label)s_%(class)s_one_a_day"
            ),
            not_empty("sha256", fact="has_a_hash"),
            not_empty("seal", fact="has_a_seal"),
        ]

    def __str__(self) -> str:
        return f"{self.table} {self.day.isoformat()}"


# The one row of StreamPosition.
ONLY = 1


class StreamPosition(models.Model):
    """Until when, and how many lines, the audit was sent to the collector. There is one row."""

    until = models.DateTimeField()
    number = models.PositiveBigIntegerField(default=0)

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(pk=ONLY), name="%(app_label)s_%(class)s_is_the_only_one"
            )
        ]

    def __str__(self) -> str:
        return self.until.isoformat()


class ListReadingQuerySet(models.QuerySet["ListReading"]):
    """How many rows of lists were read."""

    def add_rows(
        self, number: int, *, by: User, record_type: str, kind: ReadingKind, day: date, at: datetime
    ) -> None:
        """Count one more page of a list, and its rows, in one statement."""
        table = connection.ops.quote_name(self.model._meta.db_table)
        counted = self.raw(
            f"""
            INSERT INTO {table} (day, by_id, record_type, kind, pages, row_count, at)
            VALUES (%s, %s, %s, %s, 1, %s, %s)
            ON CONFLICT (by_id, record_type, kind, day) DO UPDATE SET
                pages = {table}.pages + 1,
                row_count = {table}.row_count + excluded.row_count,
                at = excluded.at
            RETURNING id
            """,  # noqa: S608
            [
                connection.ops.adapt_datefield_value(day),
                *(by.pk, record_type, kind.value, number),
                connection.ops.adapt_datetimefield_value(at),
            ],
        )
        list(counted)


class ListReading(models.Model):
    """How many rows of one list with personal data a member of staff saw or exported on one day.

    The same row on two pages counts twice. It does not say which rows. Deleted after a time.
    """

    # In Geneva.
    day = models.DateField(_("day"))
    by = models.ForeignKey(
        User, verbose_name=_("by"), on_delete=models.PROTECT, related_name="+", db_index=False
    )
    # The label of the model of its rows, such as "members.member".
    record_type = models.CharField(_("kind of record"), max_length=60)
    kind = models.CharField(_("how"), max_length=10, choices=ReadingKind)
    pages = models.PositiveIntegerField(_("pages or files"))
    row_count = models.PositiveBigIntegerField(_("rows shown"))
    # Of the last page.
    at = models.DateTimeField(_("when"), db_index=True)

    objects = ListReadingQuerySet.as_manager()

    class Meta:
        verbose_name = _("reading of lists")
        verbose_name_plural = _("readings of lists")
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=(ReadingKind.PAGE, ReadingKind.EXPORT), pages__gt=0),
                name="%(app_label)s_%(class)s_is_of_a_page",
            ),
            models.UniqueConstraint(
                fields=["by", "record_type", "kind", "day"],
                name="%(app_label)s_%(class)s_one_a_day",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.record_type} {self.day}"
