"""Models for the mail that comes back: bounces, automatic replies, complaints and replies."""

import uuid
from functools import reduce
from operator import or_
from typing import Final

from django.conf import settings
from django.db import models
from django.db.models import F, OuterRef, Q, Subquery, Value
from django.db.models.functions import Concat
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import User
from focus_areas.models import EVERY_AREA
from inbox.models.owners import OWNER_KINDS
from members.models import OFFICER_TOPIC, MemberStatus, TimelineEntry, TimelineKind
from outbox.models import Message
from papers.models import ScannedFile, ScannedFileManager, ScannedFileQuerySet


class IncomingKind(models.TextChoices):
    """What a mail is, decided by its headers and parts alone."""

    REPLY = "reply", _("Reply")
    AUTOMATIC = "automatic", _("Automatic reply")
    BOUNCE = "bounce", _("Bounce")
    DELAYED = "delayed", _("Delayed")
    COMPLAINT = "complaint", _("Reported as spam")
    CALENDAR = "calendar", _("Answer of a calendar program")
    # A calendar program sent it to the organiser of the invitations of one person.
    RSVP = "rsvp", _("Answer to an invitation")
    UNSUBSCRIBE = "unsubscribe", _("Unsubscribed from bulletins by email")
    # Too large, too many parts, or not readable.
    REFUSED = "refused", _("Not read")


# The kinds that a person wrote. They are part of the conversation with an organisation.
CORRESPONDENCE: Final = (IncomingKind.REPLY, IncomingKind.CALENDAR)


class Source(models.TextChoices):
    """The way in which a mail came to the portal."""

    IMAP = "imap", _("Mailbox")
    PIPE = "pipe", _("Mail server")


def name_of_raw_mail(mail: "IncomingMail", typed: str) -> str:
    """Return a random name to store a mail under, which nobody can guess."""
    return f"incoming/{uuid.uuid4().hex}"


def name_of_incoming_file(file: "IncomingFile", typed: str) -> str:
    """Return a random name to store the file of a mail under, which nobody can guess."""
    return f"incoming-files/{uuid.uuid4().hex}"


class IncomingMailQuerySet(models.QuerySet["IncomingMail"]):
    """Queries on incoming mail."""

    def visible_to(self, user: User) -> "IncomingMailQuerySet":
        """Return the mail that a staff user may see: all, or that of what they may see.

        Mail that belongs to nobody is for those who see every focus area.
        """
        if user.has_perm(EVERY_AREA):
            return self
        own = [Q(reference__in=kind.seen_by(user).values("reference")) for kind in OWNER_KINDS]
        return self.filter(reduce(or_, own))

    def correspondence(self) -> "IncomingMailQuerySet":
        """Return the mail that a person wrote."""
        return self.filter(kind__in=CORRESPONDENCE)

    def unmatched(self) -> "IncomingMailQuerySet":
        """Return the mail of people that belongs to no member or commitment yet."""
        return self.correspondence().filter(reference="")

    def replies_of(self, reference: str) -> "IncomingMailQuerySet":
        """Return the replies that belong to a member or commitment."""
        return self.correspondence().filter(reference=reference)

    def replies_to(self, topic: str) -> "IncomingMailQuerySet":
        """Return the replies to the messages of one cause, by the beginning of their topics."""
        return self.correspondence().filter(message__topic__startswith=f"{topic}/")

    def of_organisations(self) -> "IncomingMailQuerySet":
        """Return the replies that may answer a request for information from a member.

        Mail that is held back does not, nor replies to other letters: to colleagues, about
        commitments, and mailings.
        """
        about_the_member = Q(message__topic__startswith=Concat(F("reference"), Value("/")))
        to_colleagues = Q(message__topic__contains=OFFICER_TOPIC)
        replies = self.filter(kind=IncomingKind.REPLY, is_held=False)
        return replies.filter(Q(message=None) | about_the_member & ~to_colleagues)

    def about_row(self, reference: str, *, member: str, topic: str) -> "IncomingMailQuerySet":
        """Return the replies about a row of a member: to its letters, or with its reference.

        The letters have the reference of the member, and a topic that begins with `topic`.
        """
        replies = self.filter(kind__in=CORRESPONDENCE, reference__in=(reference, member))
        return replies.filter(Q(reference=reference) | Q(message__topic__startswith=topic))

    def with_parts(self) -> "IncomingMailQuerySet":
        """Return them with their files and the messages that they answer, the latest first."""
        replies = self.select_related("message").prefetch_related("files")
        return replies.order_by("-received_at", "-pk")


class IncomingMail(models.Model):
    """One mail that came back. It decides nothing, except an RSVP to an invitation.

    `is_proved` is true if it came to an address of a message that only its recipient knows.
    `reference` is that of the member or commitment that it belongs to. `text` is what its sender
    wrote; `quoted` is the rest of the mail.
    """

    # Of the whole mail, so that it is stored once.
    sha256 = models.CharField(_("SHA-256"), max_length=64, unique=True, editable=False)
    size = models.PositiveIntegerField(_("size"), help_text=_("In bytes."))
    # The whole mail. Empty once its period is over, or if it was too large.
    raw = models.FileField(_("file"), upload_to=name_of_raw_mail, blank=True)
    source = models.CharField(_("received by"), max_length=10, choices=Source)
    kind = models.CharField(_("kind"), max_length=20, choices=IncomingKind)
    received_at = models.DateTimeField(_("received at"))
    message = models.ForeignKey(
        Message,
        verbose_name=_("message"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="incoming",
    )
    is_proved = models.BooleanField(_("sent to the address of the message"), default=False)
    reference = models.CharField(_("reference"), max_length=40, blank=True, db_index=True)
    sender = models.CharField(pgettext_lazy("of a mail", "from"), max_length=254, blank=True)
    sender_name = models.CharField(_("name of the sender"), max_length=250, blank=True)
    subject = models.CharField(_("subject"), max_length=300, blank=True)
    text = models.TextField(_("text"), blank=True)
    quoted = models.TextField(_("quoted text"), blank=True)
    # One address wrote more often than a person does: nobody is notified.
    is_held = models.BooleanField(_("held back"), default=False)
    attached_at = models.DateTimeField(_("attached at"), null=True, blank=True)
    attached_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("attached by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    attached_by_name = models.CharField(_("name at that time"), max_length=250, blank=True)

    objects = IncomingMailQuerySet.as_manager()

    class Meta:
        verbose_name = _("incoming mail")
        verbose_name_plural = _("incoming mail")
        default_permissions = ("view",)
        permissions = [("attach_incomingmail", _("Can attach incoming mail to a member"))]
        indexes = [
            models.Index(fields=["sender", "received_at"], name="inbox_incomingmail_sender"),
            models.Index(fields=["received_at"], name="inbox_incomingmail_received"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=IncomingKind.values),
                name="%(app_label)s_%(class)s_known_kind",
            ),
            models.CheckConstraint(
                condition=Q(source__in=Source.values),
                name="%(app_label)s_%(class)s_known_source",
            ),
            models.CheckConstraint(
                condition=Q(attached_at__isnull=True, attached_by__isnull=True, attached_by_name="")
                | Q(attached_at__isnull=False, attached_by__isnull=False)
                & ~Q(attached_by_name="")
                & ~Q(reference=""),
                name="%(app_label)s_%(class)s_attached_when_and_by_whom",
            ),
        ]

    def __str__(self) -> str:
        return self.subject or self.get_kind_display()

    @property
    def is_from_other_address(self) -> bool:
        """Whether it came from another address than the one that the message was sent to."""
        return bool(self.message and self.sender.lower() != self.message.recipient.lower())


class IncomingFile(ScannedFile):
    """One file of a reply. `trouble` says why it was not kept; then there is no `file`."""

    mail = models.ForeignKey(
        IncomingMail,
        verbose_name=_("incoming mail"),
        on_delete=models.PROTECT,
        related_name="files",
    )
    file = models.FileField(_("file"), upload_to=name_of_incoming_file, blank=True)
    # The name that the sender gave it. Downloads are saved under it.
    file_name = models.CharField(_("file name"), max_length=200)
    # Detected from the content.
    content_type = models.CharField(pgettext_lazy("of a file", "type"), max_length=100, blank=True)
    size = models.PositiveIntegerField(_("size"), help_text=_("In bytes."))
    sha256 = models.CharField(_("SHA-256"), max_length=64, blank=True)
    trouble = models.CharField(_("why it was not kept"), max_length=300, blank=True)

    objects = ScannedFileManager.from_queryset(ScannedFileQuerySet)()

    class Meta:
        verbose_name = _("file of a reply")
        verbose_name_plural = _("files of replies")
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(file="") & ~Q(trouble="") | ~Q(file="") & Q(trouble=""),
                name="%(app_label)s_%(class)s_is_kept_or_says_why_not",
            ),
        ]

    def __str__(self) -> str:
        return self.file_name


class MailboxReading(models.Model):
    """When the mailbox was last read, and since when it cannot be. There is one row at most."""

    read_at = models.DateTimeField(_("last read at"), null=True, blank=True)
    failing_since = models.DateTimeField(_("cannot be read since"), null=True, blank=True)
    # The name of the error, without the address of the mailbox.
    trouble = models.CharField(_("error"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("reading of the mailbox")
        verbose_name_plural = _("readings of the mailbox")
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(failing_since__isnull=True, trouble="")
                | Q(failing_since__isnull=False) & ~Q(trouble=""),
                name="%(app_label)s_%(class)s_error_has_its_time",
            ),
        ]

    def __str__(self) -> str:
        return str(self._meta.verbose_name)


def replied_by_mail() -> Q:
    """Return the condition for members that replied by mail, but whose reply is not recorded.

    They are found from the few replies. A reply counts if it came after the latest request.
    """
    requests = TimelineEntry.objects.filter(
        member__reference=OuterRef("reference"),
        kind=TimelineKind.INFORMATION_REQUESTED,
        is_void=False,
    )
    asked_at = Subquery(requests.order_by("-pk").values("at")[:1])
    replies = IncomingMail.objects.of_organisations().filter(received_at__gte=asked_at)
    return Q(
        status=MemberStatus.INFORMATION_REQUESTED,
        reference__in=replies.exclude(reference="").values("reference"),
    )
