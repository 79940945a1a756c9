"""Mailings, their texts and recipients, and addresses that are unsubscribed from bulletins."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Case, Count, Exists, IntegerField, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from accounts.models import User, nullable_user_key
from core.constraints import known_value
from core.history import history_field
from focus_areas.models import EVERY_AREA
from members.models import CorrespondenceLanguage, FocalPoint, Member
from outbox.models import CancelReason, Message, MessageStatus
from outbox.models.delivery_event import DeliveryEvent, EventKind
from triage.spreadsheets.models import filters_as_read


class MailingKind(models.TextChoices):
    LETTER = "letter", _("Letter about membership, to all selected recipients")
    BULLETIN = "bulletin", _("Bulletin with news, only to recipients who agreed to receive it")


class Selection(models.TextChoices):
    """How the recipients were chosen."""

    CHOSEN = "chosen", _("Selected individually")
    AREA = "area", _("Members of a focus area")
    FILTERED = "listed", _("All members of a list")


class MailingStatus(models.TextChoices):
    DRAFT = "draft", _("Draft")
    SCHEDULED = "scheduled", _("Scheduled")
    SENDING = "going", _("Sending")
    PAUSED = "stopped", _("Paused")
    SENT = "done", _("Sent")
    CANCELLED = "cancelled", _("Cancelled")


# The statuses of a mailing that was confirmed and not cancelled.
CONFIRMED = (
    MailingStatus.SCHEDULED,
    MailingStatus.SENDING,
    MailingStatus.PAUSED,
    MailingStatus.SENT,
)
STARTED_STATUSES = (MailingStatus.SENDING, MailingStatus.PAUSED, MailingStatus.SENT)
ENDED = (MailingStatus.SENT, MailingStatus.CANCELLED)
IS_NOT_CONFIRMED = Q(
    confirmed_at__isnull=True, confirmed_by__isnull=True, scheduled_for__isnull=True
)
IS_CONFIRMED = Q(
    confirmed_at__isnull=False, confirmed_by__isnull=False, scheduled_for__isnull=False
)


class MailingQuerySet(models.QuerySet["Mailing"]):
    """Queries about mailings."""

    def visible_to(self, user: User) -> "MailingQuerySet":
        """Return the mailings that a member of staff may see: all, or those to their own areas.

        A mailing with any recipient outside their areas is excluded, even if they created it.
        """
        if user.has_perm(EVERY_AREA):
            return self
        recipients = Recipient.objects.filter(mailing=OuterRef("pk"))
        members = Member.objects.visible_to(user)
        beyond = recipients.exclude(focal_point__member__in=members.values("pk"))
        return self.filter(Exists(recipients)).exclude(Exists(beyond))

    def due(self, at: datetime) -> "MailingQuerySet":
        """Return the mailings that are going out or should start by now, the oldest first."""
        return self.filter(
            Q(status=MailingStatus.SENDING)
            | Q(status=MailingStatus.SCHEDULED, scheduled_for__lte=at)
        ).order_by("scheduled_for", "pk")

    def with_sent(self) -> "MailingQuerySet":
        """Annotate each mailing with `sent`, the number of messages that were sent."""
        handed_over = Recipient.objects.filter(
            mailing=OuterRef("pk"), message__status=MessageStatus.SENT
        )
        counted = handed_over.order_by().values("mailing").annotate(number=Count("pk"))
        return self.annotate(
            sent=Coalesce(Subquery(counted.values("number"), output_field=IntegerField()), 0)
        )


class Mailing(models.Model):
    """One message to many recipients, and its status.

    The rows of `Recipient` say who gets it. `query` and `selection_in_words` record how they were
    chosen, for people who read it later; the description is stored in English. `recipient_count` is
    the number of recipients at confirmation.
    """

    kind = models.CharField(_("kind"), max_length=20, choices=MailingKind)
    # Recipients get this language if there is no text in their own.
    language = models.CharField(
        _("first language"), max_length=7, choices=CorrespondenceLanguage, default="en"
    )
    selection = models.CharField(_("selection method"), max_length=20, choices=Selection)
    # The URL of the queue, if the whole list was chosen.
    query = models.TextField(_("list URL"), blank=True)
    selection_in_words = models.TextField(_("selected recipients"), blank=True)
    status = models.CharField(
        _("status"), max_length=20, choices=MailingStatus, default=MailingStatus.DRAFT
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("created by"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    created_at = models.DateTimeField(_("created at"))
    scheduled_for = models.DateTimeField(_("scheduled for"), null=True, blank=True)
    confirmed_by = nullable_user_key(_("sent by"))
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True, blank=True)
    recipient_count = models.PositiveIntegerField(_("confirmed number of recipients"), default=0)
    started_at = models.DateTimeField(_("sending started at"), null=True, blank=True)
    # The last time it was stopped; kept when the mailing is resumed.
    stopped_at = models.DateTimeField(_("paused at"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    # Increases with every change; forms send it back to detect edit conflicts.
    version = models.PositiveIntegerField(default=1, editable=False)

    history = history_field()

    objects = MailingQuerySet.as_manager()

    class Meta:
        verbose_name = _("mailing")
        verbose_name_plural = _("mailings")
        default_permissions = ("add", "change", "view")
        permissions = [("send_mailing", _("Can send, pause and resume a mailing"))]
        indexes = [models.Index(fields=["status", "scheduled_for"])]
        constraints = [
            known_value("kind", MailingKind),
            known_value("language", CorrespondenceLanguage),
            known_value("selection", Selection),
            known_value("status", MailingStatus),
            models.CheckConstraint(
                condition=(IS_NOT_CONFIRMED | IS_CONFIRMED)
                & (~Q(status=MailingStatus.DRAFT) | IS_NOT_CONFIRMED)
                & (~Q(status__in=CONFIRMED) | IS_CONFIRMED),
                name="%(app_label)s_%(class)s_confirmed_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(status__in=STARTED_STATUSES, started_at__isnull=False)
                | (~Q(status__in=STARTED_STATUSES) & Q(started_at__isnull=True)),
                name="%(app_label)s_%(class)s_started_has_its_time",
            ),
            models.CheckConstraint(
                condition=~Q(status=MailingStatus.PAUSED) | Q(stopped_at__isnull=False),
                name="%(app_label)s_%(class)s_stopped_has_its_time",
            ),
            models.CheckConstraint(
                condition=Q(status__in=ENDED, ended_at__isnull=False)
                | (~Q(status__in=ENDED) & Q(ended_at__isnull=True)),
                name="%(app_label)s_%(class)s_ended_has_its_time",
            ),
        ]

    def __str__(self) -> str:
        return str(_("Mailing %(number)d") % {"number": self.pk or 0})

    @property
    def selection_as_read(self) -> str:
        """A description of the recipients, in the active language."""
        return filters_as_read(self.selection_in_words)


class MailingText(models.Model):
    """The text of a mailing in one language, as entered; it is validated before sending."""

    mailing = models.ForeignKey(
        Mailing, verbose_name=_("mailing"), on_delete=models.CASCADE, related_name="texts"
    )
    language = models.CharField(_("language"), max_length=7, choices=CorrespondenceLanguage)
    subject = models.TextField(_("subject"), blank=True)
    # Markdown with placeholders (outbox/services/template_rendering.py).
    body = models.TextField(_("text"), blank=True)

    history = history_field()

    class Meta:
        verbose_name = _("text of a mailing")
        verbose_name_plural = _("texts of mailings")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["mailing", "language"], name="%(app_label)s_%(class)s_one_a_language"
            ),
            known_value("language", CorrespondenceLanguage),
        ]

    def __str__(self) -> str:
        return f"{self.mailing} ({self.language})"


class Exclusion(models.TextChoices):
    """Why a recipient is not written to."""

    REMOVED = "removed", _("removed")
    SAME_ADDRESS = "same_address", _("same address as another recipient (sent once)")
    NOT_AGREED = "not_agreed", _("did not agree to receive bulletins")
    UNSUBSCRIBED = "unsubscribed", _("unsubscribed from bulletins")
    SUPPRESSED = "suppressed", _("address suppressed because email bounced")
    SUSPECTED = "suspected", _("possible spam, not reviewed yet")
    ENDED = "ended", _("member declined, closed or withdrawn in the meantime")


class RecipientOutcome(models.TextChoices):
    """The outcome of a mailing for one recipient."""

    PENDING = "to_go", _("Not in the outbox yet")
    WAITING = "waiting", _("In the outbox")
    SENT = "sent", _("Accepted by the mail server")
    RETURNED = "returned", _("Bounced")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")
    EXCLUDED = "left_out", _("Excluded")


class Reaction(models.TextChoices):
    """What a recipient did with the message, besides replying to it."""

    UNSUBSCRIBED = "unsubscribed_by_link", _("Unsubscribed with the link in it")
    COMPLAINED = "complained", _("Reported as spam")


# A message that bounced after it was accepted has an outcome of its own.
BECAME = Case(
    When(message__bounced_at__isnull=False, then=Value(RecipientOutcome.RETURNED)),
    default="message__status",
)
STATUSES_OF = {
    RecipientOutcome.WAITING: (MessageStatus.QUEUED, MessageStatus.SENDING),
    RecipientOutcome.SENT: (MessageStatus.SENT,),
    RecipientOutcome.RETURNED: (RecipientOutcome.RETURNED,),
    RecipientOutcome.FAILED: (MessageStatus.FAILED,),
    RecipientOutcome.CANCELLED: (MessageStatus.CANCELLED,),
}


def reacted(reaction: Reaction) -> Q:
    """Return the condition that a recipient has a reaction.

    Complaints come from the mail provider, or to the portal's mailbox.
    """
    if reaction == Reaction.UNSUBSCRIBED:
        return Q(unsubscribed_at__isnull=False)
    complaints = DeliveryEvent.objects.filter(kind=EventKind.COMPLAINT)
    return Q(Exists(complaints.filter(message=OuterRef("message"))))


class RecipientQuerySet(models.QuerySet["Recipient"]):
    """Queries about recipients."""

    def included(self) -> "RecipientQuerySet":
        """Return the recipients who get the mailing, or already got it."""
        return self.filter(exclusion="")

    def to_queue(self) -> "RecipientQuerySet":
        """Return the recipients who get the mailing and have no message in the outbox yet."""
        return self.included().filter(message=None)

    def cancelled_in_transit(self) -> "RecipientQuerySet":
        """Return the recipients whose queued message was cancelled for a reason in CancelReason.

        The reason may not apply to others at the same address: the mailing was stopped, the
        membership ended, or links were revoked. Messages that staff cancelled, or that were held
        back because of their address, are excluded.
        """
        return self.filter(
            message__status=MessageStatus.CANCELLED, message__cancel_reason__in=CancelReason.values
        )

    def of_outcome(self, outcome: str) -> "RecipientQuerySet":
        """Return the recipients with a RecipientOutcome, an Exclusion or a Reaction."""
        if outcome in Reaction.values:
            return self.filter(reacted(Reaction(outcome)))
        if outcome in Exclusion.values:
            return self.filter(exclusion=outcome)
        if outcome == RecipientOutcome.PENDING:
            return self.to_queue()
        if outcome == RecipientOutcome.EXCLUDED:
            return self.exclude(exclusion="")
        if outcome in RecipientOutcome.values:
            return self.alias(became=BECAME).filter(
                became__in=STATUSES_OF[RecipientOutcome(outcome)]
            )
        return self

    def with_people(self) -> "RecipientQuerySet":
        """Select the focal points with their members and areas in the same query."""
        people = self.select_related(
            "focal_point__member__first_choice", "focal_point__member__focus_area"
        )
        # These texts are long, and no mailing contains them.
        return people.defer("focal_point__member__about", "focal_point__member__motivation")

    def by_outcome(self) -> dict[tuple[str, str], int]:
        """Count the recipients by exclusion, and by the outcome of their message."""
        rows = self.order_by().annotate(became=BECAME).values_list("exclusion", "became")
        counted = rows.annotate(Count("pk"))
        return {(exclusion, became or ""): number for exclusion, became, number in counted}

    def by_reaction(self) -> dict[Reaction, int]:
        """Count the recipients with each reaction, in one query."""
        counted = self.aggregate(
            **{each.value: Count("pk", filter=reacted(each)) for each in Reaction}
        )
        return {each: counted[each.value] for each in Reaction}


class Recipient(models.Model):
    """One focal point who was chosen for a mailing, and the outcome.

    `address` is normalised as in outbox/models/delivery_event.py. If several recipients have the
    same address, the first gets the mail, and `merged_into` of the others points to it.
    `queued_count` is how often a message was queued: again after it was held back.
    `unsubscribed_at` is when the link in this message unsubscribed the address. `link_secret` is
    that of the focal point when release 1.0.0 sent them the bulletin, so that the link in it still
    works after it was revoked.
    """

    mailing = models.ForeignKey(
        Mailing, verbose_name=_("mailing"), on_delete=models.PROTECT, related_name="recipients"
    )
    focal_point = models.ForeignKey(
        FocalPoint, verbose_name=_("focal point"), on_delete=models.PROTECT, related_name="+"
    )
    address = models.CharField(_("address"), max_length=254)
    exclusion = models.CharField(
        _("reason for exclusion"), max_length=20, choices=Exclusion, blank=True
    )
    merged_into = models.ForeignKey(
        "self",
        verbose_name=_("merged with"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="shared_with",
    )
    removed_by = nullable_user_key(_("removed by"))
    removed_at = models.DateTimeField(_("removed at"), null=True, blank=True)
    message = models.OneToOneField(
        Message,
        verbose_name=_("message"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    queued_count = models.PositiveSmallIntegerField(_("times queued"), default=0)
    unsubscribed_at = models.DateTimeField(_("unsubscribed at"), null=True, blank=True)
    link_secret = models.CharField(
        max_length=32, blank=True, default="", db_default="", editable=False
    )

    objects = RecipientQuerySet.as_manager()

    class Meta:
        verbose_name = _("recipient of a mailing")
        verbose_name_plural = _("recipients of mailings")
        default_permissions = ()
        indexes = [
            # For finding recipients whose message must still be queued.
            models.Index(
                fields=["mailing", "id"],
                name="mailings_to_queue",
                condition=Q(exclusion="", message__isnull=True),
            ),
            models.Index(fields=["mailing", "exclusion", "id"]),
            models.Index(fields=["address"]),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(exclusion__in=["", *Exclusion.values]),
                name="%(app_label)s_%(class)s_known_reason",
            ),
            models.UniqueConstraint(
                fields=["mailing", "focal_point"], name="%(app_label)s_%(class)s_chosen_once"
            ),
            models.UniqueConstraint(
                fields=["mailing", "address"],
                condition=Q(message__isnull=False),
                name="%(app_label)s_%(class)s_one_mail_an_address",
            ),
            models.CheckConstraint(
                condition=Q(exclusion="") | Q(message__isnull=True),
                name="%(app_label)s_%(class)s_left_out_is_not_written_to",
            ),
            models.CheckConstraint(
                condition=Q(exclusion=Exclusion.SAME_ADDRESS, merged_into__isnull=False)
                | (~Q(exclusion=Exclusion.SAME_ADDRESS) & Q(merged_into__isnull=True)),
                name="%(app_label)s_%(class)s_shares_with_another",
            ),
            models.CheckConstraint(
                condition=Q(
                    exclusion=Exclusion.REMOVED, removed_by__isnull=False, removed_at__isnull=False
                )
                | (
                    ~Q(exclusion=Exclusion.REMOVED)
                    & Q(removed_by__isnull=True, removed_at__isnull=True)
                ),
                name="%(app_label)s_%(class)s_removed_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.mailing} · {self.address}"

    @property
    def outcome(self) -> RecipientOutcome:
        """The outcome for this recipient. Uses `message`, if it was selected in the same query."""
        if self.exclusion:
            return RecipientOutcome.EXCLUDED
        if self.message and self.message.bounced_at is not None:
            return RecipientOutcome.RETURNED
        status = self.message.status if self.message else None
        found = (outcome for outcome, statuses in STATUSES_OF.items() if status in statuses)
        return next(found, RecipientOutcome.PENDING)

    @property
    def addressee(self) -> str:
        """The name on the message, if there is one: the role may have a new holder since."""
        return self.message.recipient_name if self.message else self.focal_point.full_name

    @property
    def email(self) -> str:
        """The address of the message, if there is one: it may have been corrected since."""
        return self.message.recipient if self.message else self.focal_point.email


class Unsubscription(models.Model):
    """An address that gets no bulletins. The row is deleted when its owner subscribes again."""

    # Normalised like the addresses of recipients.
    address = models.CharField(_("address"), max_length=254, unique=True)
    at = models.DateTimeField(_("unsubscribed at"))

    class Meta:
        verbose_name = _("unsubscription")
        verbose_name_plural = _("unsubscriptions")
        default_permissions = ()
        permissions = [("add_unsubscription", _("Can unsubscribe an address from bulletins"))]

    def __str__(self) -> str:
        return self.address
