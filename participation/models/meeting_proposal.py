"""Meetings that co-leads propose, and what the coordinators decided."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.history import MAX_NAME_LENGTH, history_field
from core.time_zones import validate_time_zone
from meetings.models import Meeting, MeetingKind, MeetingStatus
from members.models import (
    Submission,
    SubmissionQuerySet,
    SubmissionStatuses,
    status_agrees_with_decision,
)

# A deadline is no meeting: staff set it.
PROPOSED_KINDS = [(kind.value, kind.label) for kind in MeetingKind if kind != MeetingKind.DEADLINE]


class ProposalStatus(models.TextChoices):
    OPEN = "open", _("Waiting for the coordinators")
    ACCEPTED = "accepted", _("Accepted")
    DECLINED = "declined", _("Declined")
    WITHDRAWN = "withdrawn", _("Withdrawn")


STATUSES = SubmissionStatuses(
    waiting=ProposalStatus.OPEN,
    released=ProposalStatus.ACCEPTED,
    returned=ProposalStatus.DECLINED,
    withdrawn=ProposalStatus.WITHDRAWN,
)
# What a co-lead reads about an accepted proposal, by the status of its meeting.
ACCEPTED_IN_WORDS = {
    MeetingStatus.DRAFT: _("Accepted: the coordinators are preparing the meeting"),
    MeetingStatus.SCHEDULED: _("Accepted: the meeting is scheduled"),
    MeetingStatus.CANCELLED: _("Accepted, but the meeting was cancelled since"),
}


class MeetingProposal(Submission):
    """One meeting that a co-lead proposes for their working group.

    It ends with a decision of staff, or when the co-lead withdraws it.
    """

    statuses = STATUSES
    open_statuses = (ProposalStatus.OPEN,)
    author_name_field = "proposed_by_name"
    submitted_at_field = "proposed_at"
    result_field = "meeting"
    result_in_words = ACCEPTED_IN_WORDS

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
    meeting = models.OneToOneField(
        Meeting,
        verbose_name=_("meeting"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )

    history = history_field()

    objects = SubmissionQuerySet.as_manager()

    class Meta(Submission.Meta):
        verbose_name = _("proposed meeting")
        verbose_name_plural = _("proposed meetings")
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
            status_agrees_with_decision(STATUSES, "meeting"),
            models.UniqueConstraint(
                fields=["focus_area", "title", "starts_at"],
                condition=Q(status=ProposalStatus.OPEN),
                name="%(app_label)s_%(class)s_open_once",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_on_the_calendar(self) -> bool:
        """Whether it became a meeting that the working group sees."""
        return self.meeting is not None and self.meeting.status != MeetingStatus.DRAFT
