"""Meetings that co-leads propose: the only code that changes a proposal."""

from datetime import datetime
from typing import Final, TypedDict, Unpack

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from core.conflicts import Refused, lock
from core.dates import GENEVA, format_datetime, format_range
from core.history import MAX_NAME_LENGTH, set_history_actor
from meetings.models import Meeting
from meetings.services.meetings import EndsBeforeItStarts, draft_meeting
from members.models import FocalPoint
from members.services.co_leads import area_of, lock_co_lead
from members.services.letters.co_leads import notify_co_lead, notify_coordinators
from members.services.letters.placeholder_values import times_paragraph
from outbox.services.rendering import escape_paragraphs
from participation.models import MeetingProposal, ProposalStatus
from participation.services.co_lead_types import (
    MEETING_PROPOSED,
    PROPOSAL_ACCEPTED,
    PROPOSAL_DECLINED,
)

# The limit of open proposals of one working group.
MAX_OPEN: Final = 20
MAY_DECIDE: Final = "meetings.add_meeting"


class ProposalFacts(TypedDict):
    """What a co-lead says about a proposed meeting."""

    kind: str
    title: str
    language: str
    starts_at: datetime
    ends_at: datetime
    time_zone: str
    place: str
    is_online: bool
    agenda: str


class StartsInThePast(Refused):
    """The proposed meeting would have begun already."""

    def __init__(self) -> None:
        super().__init__(_("This time has passed. Choose a later time."))


class AlreadyProposed(Refused):
    """A meeting with this title and this start is proposed already."""

    def __init__(self) -> None:
        super().__init__(
            _("A meeting with this title and this time is already proposed. Nothing was added.")
        )


class TooManyProposals(Refused):
    """The working group has as many open proposals as it may have."""

    def __init__(self) -> None:
        super().__init__(
            ngettext(
                "Your working group already has %(number)d open proposal. Withdraw one, or wait "
                "for the coordinators.",
                "Your working group already has %(number)d open proposals. Withdraw one, or wait "
                "for the coordinators.",
                MAX_OPEN,
            )
            % {"number": MAX_OPEN}
        )


class AlreadyDecided(Refused):
    """Somebody decided on the proposal, or it was withdrawn."""

    def __init__(self, proposal: MeetingProposal) -> None:
        when = proposal.decided_at
        super().__init__(
            _("%(name)s has settled this proposal on %(when)s: %(status)s. Nothing was changed.")
            % {
                "name": proposal.decided_by,
                "when": format_datetime(when, GENEVA) if when else "",
                "status": proposal.get_status_display(),
            }
        )


class NotTheirs(Refused):
    """The proposal is of another organisation or group."""

    def __init__(self) -> None:
        super().__init__(_("Only the organisation that proposed the meeting can withdraw it."))


@transaction.atomic
def propose_meeting(
    *, person: FocalPoint, by: User, at: datetime, **facts: Unpack[ProposalFacts]
) -> MeetingProposal:
    """Propose a meeting of a co-lead's working group, and tell the coordinators.

    Raises NotCoLead, StartsInThePast, EndsBeforeItStarts, AlreadyProposed, TooManyProposals.
    """
    co_lead = lock_co_lead(person, by=by, at=at)
    area = area_of(co_lead)
    if facts["starts_at"] <= at:
        raise StartsInThePast
    if facts["ends_at"] <= facts["starts_at"]:
        raise EndsBeforeItStarts
    # Locked, so that the co-leads of a group do not exceed the limit together.
    lock(area)
    there = MeetingProposal.objects.open().filter(focus_area=area)
    if there.filter(title=facts["title"], starts_at=facts["starts_at"]).exists():
        raise AlreadyProposed
    if there.count() >= MAX_OPEN:
        raise TooManyProposals

    proposal = MeetingProposal(
        **facts,
        focus_area=area,
        focal_point=co_lead,
        organisation_name=co_lead.member.organisation_name,
        proposed_by_name=co_lead.full_name[:MAX_NAME_LENGTH],
        proposed_at=at,
    )
    set_history_actor(proposal, by, at)
    proposal.save()
    notify_coordinators(
        co_lead,
        MEETING_PROPOSED,
        permission=MAY_DECIDE,
        title=proposal.title,
        page=reverse("admin:meetings_meeting_proposal", args=[proposal.pk]),
        topic=f"{topic_of(proposal)}/proposed",
        at=at,
        values={"when": lambda: times_paragraph(times_of(proposal, proposal.time_zone, GENEVA))},
    )
    return proposal


@transaction.atomic
def withdraw_proposal(
    *, proposal: MeetingProposal, person: FocalPoint, by: User, at: datetime
) -> MeetingProposal:
    """Withdraw an open proposal of a co-lead's own organisation.

    Raises NotCoLead, NotTheirs, AlreadyDecided.
    """
    co_lead = lock_co_lead(person, by=by, at=at)
    _lock_open(proposal)
    if (proposal.focal_point.member_id, proposal.focus_area_id) != (
        co_lead.member_id,
        co_lead.member.focus_area_id,
    ):
        raise NotTheirs
    _decide(proposal, ProposalStatus.WITHDRAWN, by=by, at=at)
    return proposal


@transaction.atomic
def accept_proposal(*, proposal: MeetingProposal, by: User, at: datetime) -> Meeting:
    """Create a draft meeting from a proposal, and tell the co-lead.

    The draft is completed and scheduled like any other.

    Raises AlreadyDecided.
    """
    _lock_open(proposal)
    meeting = draft_meeting(
        focus_area=proposal.focus_area,
        kind=proposal.kind,
        title=proposal.title,
        language=proposal.language,
        starts_at=proposal.starts_at,
        ends_at=proposal.ends_at,
        time_zone=proposal.time_zone,
        place=proposal.place,
        agenda=proposal.agenda,
        by=by,
        at=at,
    )
    proposal.meeting = meeting
    _decide(proposal, ProposalStatus.ACCEPTED, "meeting", by=by, at=at)
    _tell(proposal, PROPOSAL_ACCEPTED, at)
    return meeting


@transaction.atomic
def decline_proposal(
    *, proposal: MeetingProposal, reason: str, by: User, at: datetime
) -> MeetingProposal:
    """Decline a proposal, and tell the co-lead the reason.

    Raises AlreadyDecided.
    """
    _lock_open(proposal)
    proposal.reason = reason
    _decide(proposal, ProposalStatus.DECLINED, "reason", by=by, at=at)
    _tell(proposal, PROPOSAL_DECLINED, at)
    return proposal


def times_of(proposal: MeetingProposal, *zones: str) -> list[str]:
    """Return when a proposed meeting would be, as one text for each different time zone."""
    return [
        format_range(proposal.starts_at, proposal.ends_at, zone) for zone in dict.fromkeys(zones)
    ]


def topic_of(proposal: MeetingProposal) -> str:
    """Return the prefix of the topics of mail about a proposal."""
    return f"meeting-proposal-{proposal.pk}"


def _lock_open(proposal: MeetingProposal) -> None:
    lock(proposal)
    if not proposal.is_open:
        raise AlreadyDecided(proposal)


def _decide(
    proposal: MeetingProposal, status: ProposalStatus, *fields: str, by: User, at: datetime
) -> None:
    proposal.status, proposal.decided_by, proposal.decided_at = status, by, at
    set_history_actor(proposal, by, at)
    proposal.save(update_fields=["status", "decided_by", "decided_at", *fields])


def _tell(proposal: MeetingProposal, kind: str, at: datetime) -> None:
    zone = proposal.focal_point.time_zone
    notify_co_lead(
        proposal.focal_point,
        kind,
        focus_area=proposal.focus_area,
        title=proposal.title,
        topic=f"{topic_of(proposal)}/decided",
        at=at,
        values={
            "when": lambda: times_paragraph(times_of(proposal, zone)),
            "reason": escape_paragraphs(proposal.reason),
        },
    )
