"""The messages that the portal writes, as rows: the truth about what was written and sent."""

import uuid
from datetime import datetime, timedelta
from functools import reduce
from hashlib import sha256
from operator import or_
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.history import history_field
from outbox.models.delivery_event import SuppressedAddress, SuppressionReason
from outbox.models.template_types import get_template_type

# A task that was published this long ago without a trace is published again.
PUBLISHED_LONG_AGO = timedelta(minutes=5)
# How far the clocks of two machines may be apart before that means something.
CLOCK_TOLERANCE = timedelta(minutes=1)
# The heartbeat of beat, which a worker writes at each sweep.
BEAT = "beat"


class Queue(models.TextChoices):
    """Where a message waits for a worker: each queue has workers of its own."""

    MAIL = "mail", _("Letters")
    BULK = "bulk", _("Mailings")


class MessageStatus(models.TextChoices):
    QUEUED = "queued", _("Queued")
    SENDING = "sending", _("Being sent")
    SENT = "sent", _("Handed over to the mail server")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")


class CancelReason(models.TextChoices):
    """Why a message must not go out any more, whatever its status."""

    CAUSE_GONE = "cause_gone", _("What it was about no longer holds.")
    LINKS_REVOKED = "links_revoked", _("The private links in it were revoked.")


# What is kept as the answer where no server gave one.
EXPIRED_TEXT = "Pointless by now"
WORKERS_DIED = "The worker stopped in the middle, each time"
PROVIDER_REFUSED = "The provider takes no mail to this address"
CANCEL_REASON_TEXTS = {
    CancelReason.CAUSE_GONE: "Its cause is gone",
    CancelReason.LINKS_REVOKED: "Its private links were revoked",
}
CANCELLED_BY = "Cancelled by "
NOT_ON_ALLOWLIST = " is not on MAIL_ALLOWLIST"
# Why a message was not sent to an address that is written to no more, by the reason of that.
SUPPRESSED = {
    SuppressionReason.HARD_BOUNCE: "Its address is suppressed: mail to it came back",
    SuppressionReason.COMPLAINT: "Its address is suppressed: mail to it was reported as unwanted",
}
# In place of the address of somebody who was erased: no mail ever goes there (RFC 2606).
ERASED = "erased@erased.invalid"
# The recipient's own keys: put in at delivery, blanked once handed over, shown to nobody.
NO_PRIVATE_VALUES = {
    "private_page": "",
    "private_feed": "",
    "private_code": "",
    "private_unsubscribe": "",
}
# What has gone out, or will not.
FINAL_STATUSES = (MessageStatus.SENT, MessageStatus.FAILED, MessageStatus.CANCELLED)


# What is still about something: where its private links were revoked, it is written again with
# fresh ones.
HOLDS = ~Q(cancel_reason=CancelReason.CAUSE_GONE)
# The ways in which a message may not arrive, as long as it is still about something. A key is
# above 0: SQLite finds that in its index.
UNDELIVERED = (
    Q(HOLDS, status=MessageStatus.FAILED),
    Q(HOLDS, bounced_at__isnull=False),
    Q(HOLDS, suppressed_by__gt=0),
)


class MessageQuerySet(models.QuerySet["Message"]):
    """Questions about messages."""

    def claimable(self, at: datetime) -> "MessageQuerySet":
        """Keep what may be sent now: due, or left by a worker whose lease has run out."""
        return self.filter(
            Q(status=MessageStatus.QUEUED, due_at__lte=at)
            | Q(status=MessageStatus.SENDING, leased_until__lte=at)
        )

    def to_publish(self, at: datetime) -> "MessageQuerySet":
        """Keep what may be sent now and has no task that is likely to be alive.

        What was published in the future was published by a clock that is ahead, and may have had
        its task before it was due.
        """
        return self.claimable(at).filter(
            Q(published_at=None)
            | Q(published_at__lte=at - PUBLISHED_LONG_AGO)
            | Q(published_at__gt=at + CLOCK_TOLERANCE)
        )

    def unsent(self, at: datetime) -> "MessageQuerySet":
        """Keep what nobody is sending: queued, or left by a worker whose lease has run out."""
        return self.filter(
            Q(status=MessageStatus.QUEUED) | Q(status=MessageStatus.SENDING, leased_until__lte=at)
        )

    def waiting(self) -> "MessageQuerySet":
        return self.filter(status__in=[MessageStatus.QUEUED, MessageStatus.SENDING])

    def undelivered(self) -> "MessageQuerySet":
        """Keep what did not arrive and nobody has written again: somebody has to look.

        It failed, came back after it had been handed over, or was held back from an address that
        is written to no more.
        """
        return self.filter(reduce(or_, UNDELIVERED), resent_as__isnull=True)

    def references_of_failed(self) -> models.QuerySet["Message", Any]:
        """Return the references of what `undelivered` keeps, but for what has none."""
        return self.exclude(reference="")._of_failed("reference")

    def count_failed(self) -> int:
        return self._of_failed("pk").count()

    def _of_failed(self, column: str) -> models.QuerySet["Message", Any]:
        """Return the values of a column of what `undelivered` keeps, each once.

        Each way to fail is asked for by itself, which an index answers: of all at once, SQLite
        would look through every message ever written.
        """
        left = self.filter(resent_as__isnull=True)
        first, *others = (left.filter(way).values(column) for way in UNDELIVERED)
        found: models.QuerySet[Message, Any] = first.union(*others)
        return found

    def due_by(self, at: datetime) -> "MessageQuerySet":
        """Keep what was due by an instant, is not sent, and is not pointless by then."""
        return self.waiting().filter(
            Q(expires_at=None) | Q(expires_at__gt=at), first_due_at__lte=at
        )

    def deferred(self, at: datetime) -> "MessageQuerySet":
        """Keep what was due and was put off: its recipient or the mail server takes it later."""
        return self.filter(status=MessageStatus.QUEUED, first_due_at__lte=at, due_at__gt=at)

    def waiting_for_server(self) -> "MessageQuerySet":
        """Keep what waits because the mail server takes no mail from us at all."""
        return self.filter(status=MessageStatus.QUEUED, server_trouble_at__isnull=False)

    def last_handed_over_at(self) -> datetime | None:
        sent = self.filter(sent_at__isnull=False)
        last: datetime | None = sent.aggregate(last=models.Max("sent_at"))["last"]
        return last


class Message(models.Model):
    """One mail to one address. Its words and its recipient never change once it is queued, but
    where somebody is erased.

    `topic` says what it is about and to whom, and is unique: the same thing is never written
    twice. `reference` names the file that it belongs to.
    """

    topic = models.CharField(_("topic"), max_length=200, unique=True)
    reference = models.CharField(_("reference"), max_length=40, blank=True, db_index=True)
    recipient = models.EmailField(_("recipient"), max_length=254)
    recipient_name = models.CharField(_("name of the recipient"), max_length=500, blank=True)
    language = models.CharField(_("language"), max_length=7)
    # What the recipient reads, where the message is in another language for want of a text.
    preferred_language = models.CharField(_("language wanted"), max_length=7, blank=True)
    queue = models.CharField(_("queue"), max_length=10, choices=Queue, default=Queue.MAIL)
    subject = models.CharField(_("subject"), max_length=300)
    # Markdown; the recipient's own keys stand in it as markers.
    body = models.TextField(_("text"))
    # The same without the name of somebody in it who has agreed to nothing yet, where there is
    # one: it takes the place of the text if they never do.
    anonymous_body = models.TextField(blank=True, editable=False)
    # Those of NO_PRIVATE_VALUES: addresses of a page and a feed, a short code, and the address by
    # which one is taken off a list, which the mail's headers have as well.
    private_page = models.CharField(max_length=500, blank=True, editable=False)
    private_feed = models.CharField(max_length=500, blank=True, editable=False)
    private_code = models.CharField(max_length=20, blank=True, editable=False)
    private_unsubscribe = models.CharField(max_length=500, blank=True, editable=False)
    message_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    resent_from = models.ForeignKey(
        "self",
        verbose_name=_("written again from"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="resent_as",
    )
    status = models.CharField(
        _("status"), max_length=20, choices=MessageStatus, default=MessageStatus.QUEUED
    )
    queued_at = models.DateTimeField(_("queued at"))
    # Each deferral moves `due_at`; since when a message should have gone out, this says.
    first_due_at = models.DateTimeField(_("first due at"))
    due_at = models.DateTimeField(_("not before"))
    expires_at = models.DateTimeField(_("pointless after"), null=True, blank=True)
    # Set while a worker is sending it, too, and asked before it is tried again.
    cancel_reason = models.CharField(
        _("void because"), max_length=20, choices=CancelReason, blank=True, editable=False
    )
    published_at = models.DateTimeField(_("handed to the workers at"), null=True, blank=True)
    leased_until = models.DateTimeField(_("leased until"), null=True, blank=True)
    lease = models.UUIDField(null=True, blank=True, editable=False)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    # When the server last took no mail from us, of what has waited for it since.
    server_trouble_at = models.DateTimeField(
        _("waits for the mail server since"), null=True, blank=True, editable=False
    )
    sent_at = models.DateTimeField(_("handed over at"), null=True, blank=True)
    server_response = models.TextField(_("the server's answer"), blank=True)
    # By which a provider that we send through knows it, where its interface says so.
    provider_id = models.CharField(max_length=200, blank=True, editable=False)
    # Of what was handed over, and reported since as not arrived; judged from its events alone.
    bounced_at = models.DateTimeField(_("came back at"), null=True, blank=True, editable=False)
    bounce_response = models.TextField(
        _("the answer it came back with"), blank=True, editable=False
    )
    suppressed_by = models.ForeignKey(
        SuppressedAddress,
        verbose_name=_("held back because of"),
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="held_back",
    )

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        # Never typed in: rows come from queueing alone.
        default_permissions = ("view",)
        permissions = [
            ("retry_message", _("Can try a failed or waiting message again")),
            ("cancel_message", _("Can cancel a queued message")),
            ("resend_message", _("Can write a message again to another address")),
        ]
        indexes = [
            # Whole, and not of what waits alone: SQLite sees no condition in a query's parameters,
            # and would look through every message ever sent at each sweep.
            models.Index(fields=["status", "due_at"], name="outbox_message_due"),
            models.Index(fields=["provider_id"], name="outbox_message_provider"),
            # When the mail server last took a message.
            models.Index(
                fields=["sent_at"],
                name="outbox_message_sent",
                condition=Q(sent_at__isnull=False),
            ),
            # What waits for the mail server: nothing, as a rule.
            models.Index(
                fields=["server_trouble_at"],
                name="outbox_message_trouble",
                condition=Q(server_trouble_at__isnull=False),
            ),
            # What came back, which is little of what was ever sent.
            models.Index(
                fields=["bounced_at"],
                name="outbox_message_bounced",
                condition=Q(bounced_at__isnull=False),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=MessageStatus.values),
                name="%(app_label)s_%(class)s_known_status",
            ),
            models.CheckConstraint(
                condition=Q(queue__in=Queue.values),
                name="%(app_label)s_%(class)s_known_queue",
            ),
            models.CheckConstraint(
                condition=Q(cancel_reason__in=["", *CancelReason.values]),
                name="%(app_label)s_%(class)s_known_cancel_reason",
            ),
            models.CheckConstraint(
                condition=Q(status=MessageStatus.SENT, sent_at__isnull=False)
                | (~Q(status=MessageStatus.SENT) & Q(sent_at__isnull=True)),
                name="%(app_label)s_%(class)s_sent_has_its_time",
            ),
            models.CheckConstraint(
                condition=Q(
                    status=MessageStatus.SENDING, leased_until__isnull=False, lease__isnull=False
                )
                | (
                    ~Q(status=MessageStatus.SENDING)
                    & Q(leased_until__isnull=True, lease__isnull=True)
                ),
                name="%(app_label)s_%(class)s_sending_has_a_lease",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=(MessageStatus.SENT, MessageStatus.CANCELLED))
                | Q(**NO_PRIVATE_VALUES),
                name="%(app_label)s_%(class)s_finished_keeps_no_private_link",
            ),
            models.CheckConstraint(
                condition=Q(due_at__gte=models.F("first_due_at")),
                name="%(app_label)s_%(class)s_first_due_first",
            ),
            models.CheckConstraint(
                condition=Q(server_trouble_at__isnull=True)
                | Q(status__in=(MessageStatus.QUEUED, MessageStatus.SENDING)),
                name="%(app_label)s_%(class)s_only_what_waits_waits_for_the_server",
            ),
            models.CheckConstraint(
                condition=Q(bounced_at__isnull=True) | Q(status=MessageStatus.SENT),
                name="%(app_label)s_%(class)s_only_what_was_sent_comes_back",
            ),
            models.CheckConstraint(
                condition=Q(suppressed_by__isnull=True) | Q(status=MessageStatus.CANCELLED),
                name="%(app_label)s_%(class)s_held_back_is_cancelled",
            ),
        ]

    def __str__(self) -> str:
        return self.subject

    @property
    def keys(self) -> dict[str, str]:
        """The recipient's own keys, by the column that each is kept in."""
        return {column: getattr(self, column) for column in NO_PRIVATE_VALUES}

    @property
    def did_not_arrive(self) -> bool:
        """Whether it failed, came back or was held back, and is still about something."""
        is_back = self.bounced_at is not None or self.suppressed_by_id is not None
        is_missing = is_back or self.status == MessageStatus.FAILED
        return is_missing and self.cancel_reason != CancelReason.CAUSE_GONE

    def is_deferred(self, at: datetime) -> bool:
        """Tell whether it was due and was put off, as `deferred` keeps."""
        is_put_off = self.first_due_at <= at < self.due_at
        return self.status == MessageStatus.QUEUED and is_put_off

    def may_be_retried(self, at: datetime) -> bool:
        """Tell whether it failed or was put off, and is still about something."""
        is_retriable = self.status == MessageStatus.FAILED or self.is_deferred(at)
        return is_retriable and not self.cancel_reason

    def is_unsent(self, at: datetime) -> bool:
        """Tell whether nobody is sending it: queued, or left by a worker that died."""
        is_left_behind = self.leased_until is not None and self.leased_until <= at
        return self.status == MessageStatus.QUEUED or is_left_behind


class MessageActionKind(models.TextChoices):
    """What somebody of the staff can do with a message."""

    RETRIED = "retried", _("Tried again")
    CANCELLED = "cancelled", _("Cancelled")
    RESENT = "written_again", _("Written again")


class MessageAction(models.Model):
    """What somebody of the staff did with a message. Never changed; gone with the message.

    What the portal itself does with it, over and over, stands in the message alone.
    """

    message = models.ForeignKey(
        Message, verbose_name=_("message"), on_delete=models.CASCADE, related_name="actions"
    )
    kind = models.CharField(_("what"), max_length=20, choices=MessageActionKind)
    at = models.DateTimeField(_("when"), db_index=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("by"), on_delete=models.PROTECT, related_name="+"
    )
    by_name = models.CharField(_("name as it was then"), max_length=254)

    class Meta:
        verbose_name = _("step with a message")
        verbose_name_plural = _("steps with messages")
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=MessageActionKind.values),
                name="%(app_label)s_%(class)s_known_kind",
            ),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()


def digest_of(subject: str, body: str) -> str:
    """Return what tells one text from another."""
    return sha256(f"{subject}\n{body}".encode()).hexdigest()


class MessageTemplate(models.Model):
    """The text of one kind of message in one language: staff edit it, none is added or deleted.

    `template_type` is one that an app has declared (outbox/models/template_types.py).
    `default_digest` tells the text as it came with the portal, so that what nobody has touched can
    follow it.
    """

    template_type = models.CharField(_("kind"), max_length=60)
    language = models.CharField(
        _("language"),
        max_length=7,
        choices=[(code, code) for code in settings.MODELTRANSLATION_LANGUAGES],
    )
    subject = models.CharField(_("subject"), max_length=200, blank=True)
    # Markdown with placeholders (outbox/services/template_rendering.py).
    body = models.TextField(_("text"))
    is_active = models.BooleanField(
        _("in use"),
        default=True,
        help_text=_("Without it, this kind is written in English or French."),
    )
    reviewed_at = models.DateTimeField(_("reviewed at"), null=True, blank=True)
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("reviewed by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    reviewed_by_name = models.CharField(_("name as it was then"), max_length=254, blank=True)
    default_digest = models.CharField("shipped", max_length=64, blank=True, editable=False)
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)
    history = history_field()

    class Meta:
        verbose_name = _("message template")
        verbose_name_plural = _("message templates")
        default_permissions = ("change", "view")
        permissions = [("review_messagetemplate", _("Can say that a message template is reviewed"))]
        constraints = [
            models.UniqueConstraint(
                fields=["template_type", "language"], name="%(app_label)s_%(class)s_one_a_language"
            ),
            models.CheckConstraint(
                condition=Q(language__in=settings.MODELTRANSLATION_LANGUAGES),
                name="%(app_label)s_%(class)s_known_language",
            ),
            models.CheckConstraint(
                condition=~Q(template_type="") & ~Q(body=""),
                name="%(app_label)s_%(class)s_says_something",
            ),
            # What every message falls back on in the end.
            models.CheckConstraint(
                condition=~Q(language="en") | Q(is_active=True),
                name="%(app_label)s_%(class)s_english_stays_in_use",
            ),
            models.CheckConstraint(
                condition=Q(reviewed_at__isnull=True, reviewed_by__isnull=True)
                | Q(reviewed_at__isnull=False, reviewed_by__isnull=False),
                name="%(app_label)s_%(class)s_reviewed_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        kind = get_template_type(self.template_type)
        return f"{kind.label if kind else self.template_type} ({self.language})"

    @property
    def is_as_shipped(self) -> bool:
        return self.default_digest == digest_of(self.subject, self.body)


class Heartbeat(models.Model):
    """When a process that must never stand still was last alive.

    Beat has one row without a queue, a worker one for each queue that it serves.
    """

    name = models.CharField(_("process"), max_length=255)
    queue = models.CharField(_("queue"), max_length=40, blank=True)
    at = models.DateTimeField(_("last alive at"))

    class Meta:
        verbose_name = _("heartbeat")
        verbose_name_plural = _("heartbeats")
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(
                fields=["name", "queue"], name="%(app_label)s_%(class)s_one_of_each"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} · {self.queue}" if self.queue else self.name
