"""Models for the messages that the portal sends, and the heartbeats of the workers."""

import uuid
from datetime import datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.constraints import known_value
from outbox.models.delivery_event import SuppressedAddress, SuppressionReason

# If a task was published this long ago and its message is still due, it is published again.
PUBLISHED_LONG_AGO = timedelta(minutes=5)
# How far the clocks of two machines may differ before it counts as an error.
CLOCK_TOLERANCE = timedelta(minutes=1)
# The name of the heartbeat of Celery beat, which a worker writes at each sweep.
BEAT = "beat"


class Queue(models.TextChoices):
    """The queue in which a message waits for a worker.

    Each queue has its own workers, so that a letter overtakes a mailing to thousands.
    """

    MAIL = "mail", _("Letters")
    BULK = "bulk", _("Mailings")


class MessageStatus(models.TextChoices):
    QUEUED = "queued", _("Queued")
    SENDING = "sending", _("Being sent")
    SENT = "sent", _("Accepted by the mail server")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")


class CancelReason(models.TextChoices):
    """Why a message must not be sent any more, whatever its status."""

    CAUSE_GONE = "cause_gone", _("No longer relevant.")
    LINKS_REVOKED = "links_revoked", _("Its private links were revoked.")


# The values of `server_response` where no server gave an answer.
EXPIRED_TEXT = "Pointless by now"
WORKERS_DIED = "The worker stopped in the middle, each time"
PROVIDER_REFUSED = "The provider takes no mail to this address"
CANCEL_REASON_TEXTS = {
    CancelReason.CAUSE_GONE: "Its cause is gone",
    CancelReason.LINKS_REVOKED: "Its private links were revoked",
}
CANCELLED_BY = "Cancelled by "
NOT_ON_ALLOWLIST = " is not on MAIL_ALLOWLIST"
# Why a message to a suppressed address was not sent, by the reason of the suppression.
SUPPRESSED = {
    SuppressionReason.HARD_BOUNCE: "Its address is suppressed: mail to it came back",
    SuppressionReason.COMPLAINT: "Its address is suppressed: mail to it was reported as unwanted",
}
# Replaces the address of a person who was erased: no mail can be delivered to it (RFC 2606).
ERASED = "erased@erased.invalid"
# The recipient's private links: inserted at delivery, never shown, and cleared once the message is
# sent or cancelled.
NO_PRIVATE_VALUES = {
    "private_page": "",
    "private_code": "",
    "private_unsubscribe": "",
    "private_links": "",
}
# The portal makes no further attempt after these statuses.
FINAL_STATUSES = (MessageStatus.SENT, MessageStatus.FAILED, MessageStatus.CANCELLED)


# The message still applies. If only its private links were revoked, it can be sent again with new
# ones.
HOLDS = ~Q(cancel_reason=CancelReason.CAUSE_GONE)
# The ways in which a message that still applies may not arrive. A key is always above 0, and SQLite
# can use the index for `__gt=0`.
UNDELIVERED = (
    Q(HOLDS, status=MessageStatus.FAILED),
    Q(HOLDS, bounced_at__isnull=False),
    Q(HOLDS, suppressed_by__gt=0),
)


class MessageQuerySet(models.QuerySet["Message"]):
    """Queries on messages."""

    def claimable(self, at: datetime) -> "MessageQuerySet":
        """Return the messages that may be sent now: due, or with an expired lease."""
        return self.filter(
            Q(status=MessageStatus.QUEUED, due_at__lte=at)
            | Q(status=MessageStatus.SENDING, leased_until__lte=at)
        )

    def to_publish(self, at: datetime) -> "MessageQuerySet":
        """Return the messages that may be sent now and probably have no running task.

        A `published_at` in the future comes from a clock that is ahead. The task of such a message
        may have run before the message was due.
        """
        return self.claimable(at).filter(
            Q(published_at=None)
            | Q(published_at__lte=at - PUBLISHED_LONG_AGO)
            | Q(published_at__gt=at + CLOCK_TOLERANCE)
        )

    def unsent(self, at: datetime) -> "MessageQuerySet":
        """Return the messages that no worker is sending: queued, or with an expired lease."""
        return self.filter(
            Q(status=MessageStatus.QUEUED) | Q(status=MessageStatus.SENDING, leased_until__lte=at)
        )

    def waiting(self) -> "MessageQuerySet":
        return self.filter(status__in=[MessageStatus.QUEUED, MessageStatus.SENDING])

    def undelivered(self) -> "MessageQuerySet":
        """Return the messages that did not arrive and were not sent again, for staff to look at.

        They failed, bounced after they were sent, or were not sent to a suppressed address.
        """
        return self.filter(reduce(or_, UNDELIVERED), resent_as__isnull=True)

    def references_of_failed(self) -> models.QuerySet["Message", Any]:
        """Return the references of the messages in `undelivered`, without empty ones."""
        return self.exclude(reference="")._of_failed("reference")

    def failed(self) -> "MessageQuerySet":
        """Return the messages in `undelivered`, to count them."""
        return self.filter(pk__in=self._of_failed("pk"))

    def _of_failed(self, column: str) -> models.QuerySet["Message", Any]:
        """Return the distinct values of a column of the messages in `undelivered`.

        Each condition is a query of its own, so that it can use an index. With all conditions in
        one query, SQLite would scan the whole table.
        """
        left = self.filter(resent_as__isnull=True)
        first, *others = (left.filter(way).values(column) for way in UNDELIVERED)
        found: models.QuerySet[Message, Any] = first.union(*others)
        return found

    def due_by(self, at: datetime) -> "MessageQuerySet":
        """Return the messages that were due at a time, are not sent, and had not expired then."""
        return self.waiting().filter(
            Q(expires_at=None) | Q(expires_at__gt=at), first_due_at__lte=at
        )

    def deferred(self, at: datetime) -> "MessageQuerySet":
        """Return the messages that were due and were deferred to a later attempt."""
        return self.filter(status=MessageStatus.QUEUED, first_due_at__lte=at, due_at__gt=at)

    def waiting_for_server(self) -> "MessageQuerySet":
        """Return the messages that wait because the mail server accepts no mail from the portal."""
        return self.filter(status=MessageStatus.QUEUED, server_trouble_at__isnull=False)

    def last_handed_over_at(self) -> datetime | None:
        sent = self.filter(sent_at__isnull=False)
        last: datetime | None = sent.aggregate(last=models.Max("sent_at"))["last"]
        return last


class Message(models.Model):
    """One mail to one address.

    Its text and its recipient never change after it is queued, unless a person is erased.
    `topic` says what the message is about and to whom. It is unique, so that the same message is
    never queued twice. `reference` is that of the member or draft that it belongs to.
    """

    topic = models.CharField(_("topic"), max_length=200, unique=True)
    reference = models.CharField(_("reference"), max_length=40, blank=True, db_index=True)
    recipient = models.EmailField(_("recipient"), max_length=254)
    recipient_name = models.CharField(_("name of the recipient"), max_length=500, blank=True)
    language = models.CharField(_("language"), max_length=7)
    # The recipient's language, if the message is in another one because a text was missing.
    preferred_language = models.CharField(_("preferred language"), max_length=7, blank=True)
    queue = models.CharField(_("queue"), max_length=10, choices=Queue, default=Queue.MAIL)
    subject = models.CharField(_("subject"), max_length=300)
    # Markdown, with markers in place of the recipient's private links.
    body = models.TextField(_("text"))
    # The same text without the name of a person who has not given consent yet, if it names one. It
    # replaces the text if they never give consent.
    anonymous_body = models.TextField(blank=True, editable=False)
    # The fields of NO_PRIVATE_VALUES: the URL of a page, a short code, the URL to unsubscribe,
    # which is also in the headers of the mail, and any number of other URLs, one on each line.
    private_page = models.CharField(max_length=500, blank=True, editable=False)
    private_code = models.CharField(max_length=20, blank=True, editable=False)
    private_unsubscribe = models.CharField(max_length=500, blank=True, editable=False)
    private_links = models.TextField(blank=True, editable=False)
    # One text file that is sent with the message: its name, its type with parameters, its content.
    attachment_name = models.CharField(_("attachment"), max_length=100, blank=True)
    attachment_type = models.CharField(max_length=100, blank=True, editable=False)
    attachment = models.TextField(blank=True, editable=False)
    # The names of the conversations that it belongs to, separated by spaces. Mail programs show the
    # messages of a conversation together.
    conversations = models.TextField(blank=True, editable=False)
    message_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    resent_from = models.ForeignKey(
        "self",
        verbose_name=_("resent from"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="resent_as",
    )
    status = models.CharField(
        _("status"), max_length=20, choices=MessageStatus, default=MessageStatus.QUEUED
    )
    queued_at = models.DateTimeField(_("queued at"))
    # When the message should have been sent. Each deferral moves `due_at`, but not this.
    first_due_at = models.DateTimeField(_("first due at"))
    due_at = models.DateTimeField(_("not before"))
    expires_at = models.DateTimeField(_("expires at"), null=True, blank=True)
    # May be set while a worker is sending the message; checked before the next attempt.
    cancel_reason = models.CharField(
        _("cancel reason"), max_length=20, choices=CancelReason, blank=True, editable=False
    )
    published_at = models.DateTimeField(_("passed to the workers at"), null=True, blank=True)
    leased_until = models.DateTimeField(_("leased until"), null=True, blank=True)
    lease = models.UUIDField(null=True, blank=True, editable=False)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    # When the mail server last accepted no mail at all; set on the messages that wait for it.
    server_trouble_at = models.DateTimeField(
        _("waiting for the mail server since"), null=True, blank=True, editable=False
    )
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    server_response = models.TextField(_("server response"), blank=True)
    # The provider's ID for the message, if its API returned one.
    provider_id = models.CharField(max_length=200, blank=True, editable=False)
    # When a sent message bounced, derived from its delivery events alone.
    bounced_at = models.DateTimeField(_("bounced at"), null=True, blank=True, editable=False)
    bounce_response = models.TextField(_("bounce response"), blank=True, editable=False)
    suppressed_by = models.ForeignKey(
        SuppressedAddress,
        verbose_name=_("suppressed because of"),
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
        # Messages are created only by queueing, never in the admin.
        default_permissions = ("view",)
        permissions = [
            ("retry_message", _("Can retry a failed or deferred message")),
            ("cancel_message", _("Can cancel a queued message")),
            ("resend_message", _("Can resend a message to another address")),
        ]
        indexes = [
            # Not a partial index: SQLite cannot match its condition with query parameters, and
            # would scan the whole table at each sweep.
            models.Index(fields=["status", "due_at"], name="outbox_message_due"),
            models.Index(fields=["provider_id"], name="outbox_message_provider"),
            # For the time when the mail server last accepted a message.
            models.Index(
                fields=["sent_at"],
                name="outbox_message_sent",
                condition=Q(sent_at__isnull=False),
            ),
            # For the messages that wait for the mail server: usually none.
            models.Index(
                fields=["server_trouble_at"],
                name="outbox_message_trouble",
                condition=Q(server_trouble_at__isnull=False),
            ),
            # For the messages that bounced: a small part of all messages.
            models.Index(
                fields=["bounced_at"],
                name="outbox_message_bounced",
                condition=Q(bounced_at__isnull=False),
            ),
        ]
        constraints = [
            known_value("status", MessageStatus),
            known_value("queue", Queue),
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
                condition=Q(attachment_name="", attachment_type="", attachment="")
                | ~(Q(attachment_name="") | Q(attachment_type="") | Q(attachment="")),
                name="%(app_label)s_%(class)s_whole_attachment",
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

    def get_status_display(self) -> str:  # type: ignore[no-redef]
        # Django's own method copies all statuses at each call.
        return str(MessageStatus(self.status).label)

    @property
    def keys(self) -> dict[str, str]:
        """The recipient's private links, by column."""
        return {column: getattr(self, column) for column in NO_PRIVATE_VALUES}

    @property
    def did_not_arrive(self) -> bool:
        """Whether it failed, bounced or was held back, and still applies."""
        is_back = self.bounced_at is not None or self.suppressed_by_id is not None
        is_missing = is_back or self.status == MessageStatus.FAILED
        return is_missing and self.cancel_reason != CancelReason.CAUSE_GONE

    def is_deferred(self, at: datetime) -> bool:
        """Return whether it was due and was deferred, as in MessageQuerySet.deferred()."""
        is_put_off = self.first_due_at <= at < self.due_at
        return self.status == MessageStatus.QUEUED and is_put_off

    def may_be_retried(self, at: datetime) -> bool:
        """Return whether it failed or was deferred, and has no `cancel_reason`."""
        is_retriable = self.status == MessageStatus.FAILED or self.is_deferred(at)
        return is_retriable and not self.cancel_reason

    def is_unsent(self, at: datetime) -> bool:
        """Return whether no worker is sending it: queued, or left by a worker that died."""
        is_left_behind = self.leased_until is not None and self.leased_until <= at
        return self.status == MessageStatus.QUEUED or is_left_behind


class MessageActionKind(models.TextChoices):
    """The actions that staff can take on a message."""

    RETRIED = "retried", _("Retried")
    CANCELLED = "cancelled", _("Cancelled")
    RESENT = "written_again", _("Resent")


class MessageAction(models.Model):
    """One action of a staff member on a message. Never changed; deleted with the message.

    What the portal itself does with a message is recorded only in the message.
    """

    message = models.ForeignKey(
        Message, verbose_name=_("message"), on_delete=models.CASCADE, related_name="actions"
    )
    kind = models.CharField(_("kind"), max_length=20, choices=MessageActionKind)
    at = models.DateTimeField(_("when"), db_index=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("by"), on_delete=models.PROTECT, related_name="+"
    )
    by_name = models.CharField(_("name at that time"), max_length=254)

    class Meta:
        verbose_name = _("message action")
        verbose_name_plural = _("message actions")
        default_permissions = ()
        constraints = [
            known_value("kind", MessageActionKind),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()


class Heartbeat(models.Model):
    """When a background process was last alive.

    Celery beat has one row without a queue. A worker has one row for each queue that it serves.
    """

    name = models.CharField(_("process"), max_length=255)
    queue = models.CharField(_("queue"), max_length=40, blank=True)
    at = models.DateTimeField(_("last heartbeat at"))

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
