"""Mailings: what is written to many, to whom, and who wants no bulletins."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Case, Count, Exists, IntegerField, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.history import history_field
from focus_areas.models import EVERY_AREA
from members.models import CorrespondenceLanguage, FocalPoint, Member
from outbox.models import CancelReason, Message, MessageStatus
from triage.spreadsheets.models import filters_as_read


class MailingKind(models.TextChoices):
    LETTER = "letter", _("Letter about membership, to everybody chosen")
    BULLETIN = "bulletin", _("Bulletin with news, to those alone who agreed to get it")


class Selection(models.TextChoices):
    """How those who are written to were chosen."""

    CHOSEN = "chosen", _("Chosen one by one")
    AREA = "area", _("Members of a focus area")
    FILTERED = "listed", _("Everybody of a list")


class MailingStatus(models.TextChoices):
    DRAFT = "draft", _("Draft")
    SCHEDULED = "scheduled", _("Scheduled")
    SENDING = "going", _("Going out")
    PAUSED = "stopped", _("Stopped")
    SENT = "done", _("Done")
    CANCELLED = "cancelled", _("Cancelled")


# What somebody has said to send, and what has begun to go out.
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
    """Questions about mailings."""

    def visible_to(self, user: User) -> "MailingQuerySet":
        """Keep what somebody of the staff may see: every mailing, or those to their areas alone.

        One of which a recipient is beyond their areas is not theirs, whoever wrote it.
        """
        if user.has_perm(EVERY_AREA):
            return self
        recipients = Recipient.objects.filter(mailing=OuterRef("pk"))
        members = Member.objects.visible_to(user)
        beyond = recipients.exclude(focal_point__member__in=members.values("pk"))
        return self.filter(Exists(recipients)).exclude(Exists(beyond))

    def due(self, at: datetime) -> "MailingQuerySet":
        """Keep what goes out, or should begin to by now; what waits for longest first."""
        return self.filter(
            Q(status=MailingStatus.SENDING)
            | Q(status=MailingStatus.SCHEDULED, scheduled_for__lte=at)
        ).order_by("scheduled_for", "pk")

    def with_sent(self) -> "MailingQuerySet":
        """Add how many were handed over of each."""
        handed_over = Recipient.objects.filter(
            mailing=OuterRef("pk"), message__status=MessageStatus.SENT
        )
        counted = handed_over.order_by().values("mailing").annotate(number=Count("pk"))
        return self.annotate(
            sent=Coalesce(Subquery(counted.values("number"), output_field=IntegerField()), 0)
        )


class Mailing(models.Model):
    """One text to many, and what became of it.

    Whom it is for is in its recipients; `query` and `selection_in_words` say how they were found,
    so that it can be read afterwards; the words are noted in English. `recipient_count` is how many
    it was confirmed for.
    """

    kind = models.CharField(_("kind"), max_length=20, choices=MailingKind)
    # What is read by those in whose own language there is no text.
    language = models.CharField(
        _("first language"), max_length=7, choices=CorrespondenceLanguage, default="en"
    )
    selection = models.CharField(_("chosen how"), max_length=20, choices=Selection)
    # The address of the queue, where they were everybody of a list.
    query = models.TextField(_("address of the list"), blank=True)
    selection_in_words = models.TextField(_("who was chosen"), blank=True)
    status = models.CharField(
        _("status"), max_length=20, choices=MailingStatus, default=MailingStatus.DRAFT
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("begun by"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    created_at = models.DateTimeField(_("begun at"))
    scheduled_for = models.DateTimeField(_("scheduled for"), null=True, blank=True)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("sent by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True, blank=True)
    recipient_count = models.PositiveIntegerField(_("confirmed for"), default=0)
    started_at = models.DateTimeField(_("went out from"), null=True, blank=True)
    # The last time; kept when it goes on.
    stopped_at = models.DateTimeField(_("stopped at"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    # Rises with every change; a page that shows the mailing sends it back.
    version = models.PositiveIntegerField(default=1, editable=False)

    history = history_field()

    objects = MailingQuerySet.as_manager()

    class Meta:
        verbose_name = _("mailing")
        verbose_name_plural = _("mailings")
        default_permissions = ("add", "change", "view")
        permissions = [("send_mailing", _("Can send a mailing, stop it and go on with it"))]
        indexes = [models.Index(fields=["status", "scheduled_for"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=MailingKind.values), name="%(app_label)s_%(class)s_known_kind"
            ),
            models.CheckConstraint(
                condition=Q(language__in=CorrespondenceLanguage.values),
                name="%(app_label)s_%(class)s_known_language",
            ),
            models.CheckConstraint(
                condition=Q(selection__in=Selection.values),
                name="%(app_label)s_%(class)s_known_selection",
            ),
            models.CheckConstraint(
                condition=Q(status__in=MailingStatus.values),
                name="%(app_label)s_%(class)s_known_status",
            ),
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
        """Who was chosen, in the reader's language."""
        return filters_as_read(self.selection_in_words)


class MailingText(models.Model):
    """What a mailing says in one language, as it was typed; whether it can go is judged later."""

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
            models.CheckConstraint(
                condition=Q(language__in=CorrespondenceLanguage.values),
                name="%(app_label)s_%(class)s_known_language",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.mailing} ({self.language})"


class Exclusion(models.TextChoices):
    """Why somebody who was chosen is not written to."""

    REMOVED = "removed", _("taken off the list")
    SAME_ADDRESS = "same_address", _("gets it once, with another organisation")
    NOT_AGREED = "not_agreed", _("did not agree to get news")
    UNSUBSCRIBED = "unsubscribed", _("unsubscribed from bulletins")
    SUPPRESSED = "suppressed", _("nothing is sent to this address, since mail to it came back")
    SUSPECTED = "suspected", _("nobody has looked yet whether the file is genuine")
    ENDED = "ended", _("the file was declined, closed or withdrawn meanwhile")


class RecipientOutcome(models.TextChoices):
    """What came of a mailing for one of those chosen."""

    PENDING = "to_go", _("Not in the outbox yet")
    WAITING = "waiting", _("In the outbox")
    SENT = "sent", _("Handed over to the mail server")
    RETURNED = "returned", _("Came back")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")
    EXCLUDED = "left_out", _("Left out")


# Of what was accepted, what came back is told apart.
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


class RecipientQuerySet(models.QuerySet["Recipient"]):
    """Questions about recipients."""

    def included(self) -> "RecipientQuerySet":
        """Keep those who get it, or have got it."""
        return self.filter(exclusion="")

    def to_queue(self) -> "RecipientQuerySet":
        """Keep those who get it and for whom nothing is in the outbox."""
        return self.included().filter(message=None)

    def cancelled_in_transit(self) -> "RecipientQuerySet":
        """Keep those whose mail was cancelled on its way by what may concern nobody else.

        The mailing was stopped, a file ended, links were revoked. Not what somebody cancelled at
        the desk, nor what was held back for its address.
        """
        return self.filter(
            message__status=MessageStatus.CANCELLED, message__cancel_reason__in=CancelReason.values
        )

    def of_outcome(self, outcome: str) -> "RecipientQuerySet":
        """Keep those of whom one thing came: an Outcome, or why they are left out."""
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
        """Read along who they are, and what organisation they stand for."""
        people = self.select_related(
            "focal_point__member__first_choice", "focal_point__member__focus_area"
        )
        # Long, and no part of a letter.
        return people.defer("focal_point__member__about", "focal_point__member__motivation")

    def by_outcome(self) -> dict[tuple[str, str], int]:
        """Count them by why they are left out, and by what became of their message."""
        rows = self.order_by().annotate(became=BECAME).values_list("exclusion", "became")
        counted = rows.annotate(Count("pk"))
        return {(exclusion, became or ""): number for exclusion, became, number in counted}


class Recipient(models.Model):
    """One focal point who was chosen for a mailing, and what became of it.

    `address` is where they are written to, as outbox/models/delivery_event.py keeps addresses; of
    several at one address the first gets the mail, and the others say with whom. `queued_count` is
    how often it was queued: once more where it was held back.
    """

    mailing = models.ForeignKey(
        Mailing, verbose_name=_("mailing"), on_delete=models.PROTECT, related_name="recipients"
    )
    focal_point = models.ForeignKey(
        FocalPoint, verbose_name=_("focal point"), on_delete=models.PROTECT, related_name="+"
    )
    address = models.CharField(_("address"), max_length=254)
    exclusion = models.CharField(
        _("left out because"), max_length=20, choices=Exclusion, blank=True
    )
    merged_into = models.ForeignKey(
        "self",
        verbose_name=_("gets it with"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="shared_with",
    )
    removed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("removed by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
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

    objects = RecipientQuerySet.as_manager()

    class Meta:
        verbose_name = _("recipient of a mailing")
        verbose_name_plural = _("recipients of mailings")
        default_permissions = ()
        indexes = [
            # Whom a mailing that goes out is still to be queued for.
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
        """What came of the mailing for them, where their message was read along."""
        if self.exclusion:
            return RecipientOutcome.EXCLUDED
        if self.message and self.message.bounced_at is not None:
            return RecipientOutcome.RETURNED
        status = self.message.status if self.message else None
        found = (outcome for outcome, statuses in STATUSES_OF.items() if status in statuses)
        return next(found, RecipientOutcome.PENDING)

    @property
    def addressee(self) -> str:
        """Who gets it, or got it: a role may have passed to somebody else since."""
        return self.message.recipient_name if self.message else self.focal_point.full_name

    @property
    def email(self) -> str:
        """Where it goes, or went: an address may have been corrected since."""
        return self.message.recipient if self.message else self.focal_point.email


class Unsubscription(models.Model):
    """An address that wants no bulletins. Gone when its owner subscribes again."""

    # As recipients have it.
    address = models.CharField(_("address"), max_length=254, unique=True)
    at = models.DateTimeField(_("unsubscribed at"))

    class Meta:
        verbose_name = _("unsubscription")
        verbose_name_plural = _("unsubscriptions")
        default_permissions = ()

    def __str__(self) -> str:
        return self.address
