"""Letters that co-leads write to their working group, and what the coordinators decided."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.history import MAX_NAME_LENGTH, history_field
from focus_areas.models import EVERY_AREA, FocusArea
from mailings.models.mailing import Mailing, MailingStatus
from members.models import CorrespondenceLanguage, FocalPoint


class GroupLetterStatus(models.TextChoices):
    WAITING = "waiting", _("Waiting for release")
    RETURNED = "returned", _("Returned")
    RELEASED = "released", _("Released by a coordinator")
    WITHDRAWN = "withdrawn", _("Withdrawn")


# A co-lead can still change these.
OPEN_STATUSES = (GroupLetterStatus.WAITING, GroupLetterStatus.RETURNED)
# What a co-lead reads about a released letter, by the status of its mailing.
RELEASED_IN_WORDS = {
    MailingStatus.SENT: _("Released, and sent"),
    MailingStatus.PAUSED: _("Released; sending is paused"),
    MailingStatus.CANCELLED: _("Released, but cancelled before it was sent"),
    MailingStatus.DRAFT: _("Released, but taken back by the coordinators"),
}


class GroupLetterQuerySet(models.QuerySet["GroupLetter"]):
    """Queries about letters of co-leads."""

    def waiting(self) -> "GroupLetterQuerySet":
        """Return the letters that wait for a decision, the oldest first."""
        return self.filter(status=GroupLetterStatus.WAITING).order_by("submitted_at", "pk")

    def settled(self) -> "GroupLetterQuerySet":
        """Return the other letters, the latest decision first."""
        return self.exclude(status=GroupLetterStatus.WAITING).order_by("-decided_at", "-pk")

    def visible_to(self, user: User) -> "GroupLetterQuerySet":
        """Return the letters that a staff user may see: all, or those to their areas."""
        if user.has_perm(EVERY_AREA):
            return self
        return self.filter(focus_area__in=FocusArea.objects.visible_to(user))


class GroupLetter(models.Model):
    """One letter of a co-lead to their working group. It becomes a mailing when it is released.

    Names are as they were when it was written. `link_version` shows which holder of the role wrote
    it. `version` increases whenever the co-lead changes the text.
    """

    focus_area = models.ForeignKey(
        FocusArea, verbose_name=_("focus area"), on_delete=models.PROTECT, related_name="+"
    )
    focal_point = models.ForeignKey(
        FocalPoint, verbose_name=_("focal point"), on_delete=models.PROTECT, related_name="+"
    )
    link_version = models.PositiveIntegerField(editable=False)
    organisation_name = models.CharField(_("organisation"), max_length=200)
    written_by_name = models.CharField(_("written by"), max_length=MAX_NAME_LENGTH)
    submitted_at = models.DateTimeField(_("submitted at"))
    language = models.CharField(_("language"), max_length=7, choices=CorrespondenceLanguage)
    subject = models.CharField(_("subject"), max_length=200)
    # Markdown with the placeholders of mailings.
    body = models.TextField(_("text"))
    shows_address = models.BooleanField(_("shows the address of the co-lead"), default=False)
    status = models.CharField(
        _("status"), max_length=20, choices=GroupLetterStatus, default=GroupLetterStatus.WAITING
    )
    # Who released, returned or withdrew it.
    decided_by = models.ForeignKey(
        User,
        verbose_name=_("decided by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    reason = models.TextField(_("reason"), blank=True)
    mailing = models.OneToOneField(
        Mailing,
        verbose_name=_("mailing"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    version = models.PositiveIntegerField(default=1, editable=False)

    history = history_field()

    objects = GroupLetterQuerySet.as_manager()

    class Meta:
        verbose_name = _("letter of a co-lead")
        verbose_name_plural = _("letters of co-leads")
        # Staff need the permissions for mailings.
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(language__in=CorrespondenceLanguage.values),
                name="%(app_label)s_%(class)s_known_language",
            ),
            models.CheckConstraint(
                condition=Q(
                    status=GroupLetterStatus.WAITING,
                    decided_at=None,
                    decided_by=None,
                    mailing=None,
                    reason="",
                )
                | Q(decided_at__isnull=False, decided_by__isnull=False)
                & (
                    Q(status=GroupLetterStatus.RELEASED, mailing__isnull=False, reason="")
                    | Q(status=GroupLetterStatus.RETURNED, mailing=None) & ~Q(reason="")
                    | Q(status=GroupLetterStatus.WITHDRAWN, mailing=None, reason="")
                ),
                name="%(app_label)s_%(class)s_status_agrees_with_decision",
            ),
            models.UniqueConstraint(
                fields=["focus_area", "subject"],
                condition=Q(status=GroupLetterStatus.WAITING),
                name="%(app_label)s_%(class)s_waiting_once",
            ),
        ]

    def __str__(self) -> str:
        return self.subject

    @property
    def is_waiting(self) -> bool:
        """Whether it waits for a decision."""
        return self.status == GroupLetterStatus.WAITING

    @property
    def is_open(self) -> bool:
        """Whether its co-lead can still change it: it waits, or was returned."""
        return self.status in OPEN_STATUSES

    @property
    def state(self) -> str:
        """What became of it, as text. Uses `mailing`, if it was selected in the same query."""
        if self.mailing:
            sending = _("Released; it is being sent")
            return str(RELEASED_IN_WORDS.get(MailingStatus(self.mailing.status), sending))
        return self.get_status_display()
