"""Meetings that co-leads propose, and what the coordinators decided."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.history import MAX_NAME_LENGTH, history_field
from core.time_zones import validate_time_zone
from focus_areas.models import EVERY_AREA, FocusArea
from meetings.models import Meeting, MeetingKind, MeetingStatus
from members.models import FocalPoint

# A deadline is no meeting: staff set it.
PROPOSED_KINDS = [(kind.value, kind.label) for kind in MeetingKind if kind != MeetingKind.DEADLINE]


class ProposalStatus(models.TextChoices):
    OPEN = "open", _("Waiting for the coordinators")
    ACCEPTED = "accepted", _("Accepted")
    DECLINED = "declined", _("Declined")
    WITHDRAWN = "withdrawn", _("Withdrawn")


# What a co-lead reads about an accepted proposal, by the status of its meeting.
ACCEPTED_IN_WORDS = {
    MeetingStatus.DRAFT: _("Accepted: the coordinators are preparing the meeting"),
    MeetingStatus.SCHEDULED: _("Accepted: the meeting is scheduled"),
    MeetingStatus.CANCELLED: _("Accepted, but the meeting was cancelled since"),
}


class MeetingProposalQuerySet(models.QuerySet["MeetingProposal"]):
    """Queries about proposals of meetings."""

    def open(self) -> "MeetingProposalQuerySet":
        """Return the proposals that wait for a decision, the oldest first."""
        return self.filter(status=ProposalStatus.OPEN).order_by("proposed_at", "pk")

    def decided(self) -> "MeetingProposalQuerySet":
        """Return the other proposals, the latest decision first."""
        return self.exclude(status=ProposalStatus.OPEN).order_by("-decided_at", "-pk")

    def visible_to(self, user: User) -> "MeetingProposalQuerySet":
        """Return the proposals that a staff user may see: all, or those of their areas."""
        if user.has_perm(EVERY_AREA):
            return self
        return self.filter(focus_area__in=FocusArea.objects.visible_to(user))


class MeetingProposal(models.Model):
    """One meeting that a co-lead proposes for their working group.

    It ends with a decision of staff, or when the co-lead withdraws it. Names are as they were.
    """

    focus_area = models.ForeignKey(
        FocusArea, verbose_name=_("focus area"), on_delete=models.PROTECT, related_name="+"
    )
    focal_point = models.ForeignKey(
        FocalPoint, verbose_name=_("focal point"), on_delete=models.PROTECT, related_name="+"
    )
    organisation_name = models.CharField(_("organisation"), max_length=200)
    proposed_by_name = models.CharField(_("proposed by"), max_length=MAX_NAME_LENGTH)
    proposed_at = models.DateTimeField(_("proposed at"))
    kind = models.CharField(_("kind"), max_length=20, choices=PROPOSED_KINDS)
    title = models.CharField(_("title"), max_length=200)
    language = models.CharField(_("language of the text"), max_length=7)
    starts_at = models.DateTimeField(_("starts at"))
    ends_at = models.DateTimeField(_("ends at"))
    time_zone = models.CharField(_("time zone"), max_length=64, validators=[validate_time_zone])
    place = models.CharField(_("place"), max_length=200, blank=True)
    is_online = models.BooleanField(_("online"), default=False)
    agenda = models.TextField(_("agenda"), blank=True)
    status = models.CharField(
        _("status"), max_length=20, choices=ProposalStatus, default=ProposalStatus.OPEN
    )
    # Who accepted, declined or withdrew it.
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
    meeting = models.OneToOneField(
        Meeting,
        verbose_name=_("meeting"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )

    history = history_field()

    objects = MeetingProposalQuerySet.as_manager()

    class Meta:
        verbose_name = _("proposed meeting")
        verbose_name_plural = _("proposed meetings")
        # Staff need the permissions for meetings.
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=[kind for kind, _label in PROPOSED_KINDS]),
                name="%(app_label)s_%(class)s_known_kind",
            ),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="%(app_label)s_%(class)s_ends_after_start",
            ),
            models.CheckConstraint(
                condition=Q(is_online=True) | ~Q(place=""),
                name="%(app_label)s_%(class)s_takes_place_somewhere",
            ),
            models.CheckConstraint(
                condition=Q(
                    status=ProposalStatus.OPEN,
                    decided_at=None,
                    decided_by=None,
                    meeting=None,
                    reason="",
                )
                | Q(decided_at__isnull=False, decided_by__isnull=False)
                & (
                    Q(status=ProposalStatus.ACCEPTED, meeting__isnull=False, reason="")
                    | Q(status=ProposalStatus.DECLINED, meeting=None) & ~Q(reason="")
                    | Q(status=ProposalStatus.WITHDRAWN, meeting=None, reason="")
                ),
                name="%(app_label)s_%(class)s_status_agrees_with_decision",
            ),
            models.UniqueConstraint(
                fields=["focus_area", "title", "starts_at"],
                condition=Q(status=ProposalStatus.OPEN),
                name="%(app_label)s_%(class)s_open_once",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_open(self) -> bool:
        """Whether it waits for a decision."""
        return self.status == ProposalStatus.OPEN

    @property
    def state(self) -> str:
        """What became of it, as text. Uses `meeting`, if it was selected in the same query."""
        if self.meeting:
            return str(ACCEPTED_IN_WORDS[MeetingStatus(self.meeting.status)])
        return self.get_status_display()

    @property
    def is_on_the_calendar(self) -> bool:
        """Whether it became a meeting that the working group sees."""
        return self.meeting is not None and self.meeting.status != MeetingStatus.DRAFT
