"""Who acts for the lead of a commitment: every focal point of its member, primary or alternate."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from commitments.models import Commitment, CommitmentStatus, EventKind, ProposedChange
from commitments.models.choices import ChangeStatus
from core.conflicts import Refused, lock
from core.dates import GENEVA
from members.models import FocalPoint, Member, is_shown_as_admitted

# The lead can correct or propose a change in these; see `is_editable()`.
EDITABLE: Final = (
    CommitmentStatus.DRAFT,
    CommitmentStatus.SUBMITTED,
    CommitmentStatus.INFORMATION_REQUESTED,
    CommitmentStatus.PUBLISHED,
)


class CorrectionClosed(Refused):
    """Staff have taken the commitment, or decided on it, so the lead can no longer correct it."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "Our team has begun to read this commitment, so it can no longer be corrected "
                "here. If something is wrong, reply to our email about it."
            )
        )


def is_correctable(commitment: Commitment) -> bool:
    """Return whether the lead can still correct what it sent: nobody of the staff has taken it."""
    return commitment.status == CommitmentStatus.SUBMITTED and commitment.assignee_id is None


def is_editable(commitment: Commitment) -> bool:
    """Return whether the lead can type in the form of a commitment."""
    if commitment.status == CommitmentStatus.SUBMITTED:
        return is_correctable(commitment)
    return commitment.status in EDITABLE


def lock_lead(member_pk: int, person: FocalPoint) -> FocalPoint:
    """Lock the member that leads a commitment, and return the focal point as it is now.

    Until the transaction ends, the member cannot withdraw, the person cannot hand over the role,
    and no colleague sends another commitment. Raises Refused (not_lead).
    """
    lock(Member(pk=member_pk))
    people = FocalPoint.objects.filter(is_shown_as_admitted("member__"), member_id=member_pk)
    found = people.filter(pk=person.pk, email=person.email).select_related("member").first()
    if found is None:
        raise Refused(
            _("You do not represent the organisation that leads this commitment."), code="not_lead"
        )
    return found


def commitments_of(people: Iterable[FocalPoint]) -> QuerySet[Commitment]:
    """Return the commitments that some focal points lead, with their members."""
    members = [person.member_id for person in people]
    return Commitment.objects.filter(lead__in=members).select_related("lead")


def question_about(commitment: Commitment) -> str:
    """Return the question that staff asked last about a commitment; empty if none is open."""
    if commitment.status != CommitmentStatus.INFORMATION_REQUESTED:
        return ""
    asked = commitment.events.filter(kind=EventKind.INFORMATION_REQUESTED, is_shared=True)
    latest = asked.order_by("-pk").first()
    return latest.note if latest else ""


def waiting_change_of(commitment: Commitment) -> ProposedChange | None:
    """Return the proposed change that waits for staff, if there is one."""
    return commitment.changes.filter(status=ChangeStatus.WAITING).first()


def is_report_due(commitment: Commitment, *, at: datetime) -> bool:
    """Return whether the day of the next report has come, in Geneva."""
    day = commitment.next_report_on
    return day is not None and day <= at.astimezone(ZoneInfo(GENEVA)).date()
