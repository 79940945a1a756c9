"""Meetings that co-leads propose, which become drafts of meetings when they are accepted."""

from datetime import datetime
from functools import partial
from typing import Final, TypedDict, Unpack

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy

from accounts.models import User
from core.conflicts import Refused
from core.dates import format_range
from meetings.models import Meeting
from meetings.services.meetings import draft_meeting, ends_before_it_starts
from members.models import FocalPoint
from members.services.letters.placeholder_values import times_paragraph
from members.services.submissions import SubmissionType, release, submit
from participation.models import MeetingProposal
from participation.services.co_lead_types import (
    MEETING_PROPOSED,
    PROPOSAL_ACCEPTED,
    PROPOSAL_DECLINED,
)


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


def times_of(proposal: MeetingProposal, *zones: str) -> list[str]:
    """Return when a proposed meeting would be, as one text for each different time zone."""
    return [
        format_range(proposal.starts_at, proposal.ends_at, zone) for zone in dict.fromkeys(zones)
    ]


PROPOSALS: Final = SubmissionType(
    max_waiting=20,
    unique_fields=["title", "starts_at"],
    may_release="meetings.add_meeting",
    staff_page="admin:meetings_meeting_proposal",
    waiting_message=MEETING_PROPOSED,
    released_message=PROPOSAL_ACCEPTED,
    returned_message=PROPOSAL_DECLINED,
    topic=lambda proposal: f"meeting-proposal-{proposal.pk}",
    values=lambda proposal, zones: {"when": lambda: times_paragraph(times_of(proposal, *zones))},
    already_submitted=gettext_lazy(
        "A meeting with this title and this time is already proposed. Nothing was added."
    ),
    too_many=ngettext_lazy(
        "Your working group already has %(number)d open proposal. Withdraw one, or wait for the "
        "coordinators.",
        "Your working group already has %(number)d open proposals. Withdraw one, or wait for the "
        "coordinators.",
        "number",
    ),
    settled=gettext_lazy(
        "%(name)s has settled this proposal on %(when)s: %(status)s. Nothing was changed."
    ),
    not_theirs=gettext_lazy("Only the organisation that proposed the meeting can withdraw it."),
)


def starts_in_the_past() -> Refused:
    """Return the refusal of a meeting that would have begun already."""
    return Refused(_("This time has passed. Choose a later time."), code="starts_in_the_past")


def propose_meeting(
    *, person: FocalPoint, by: User, at: datetime, **facts: Unpack[ProposalFacts]
) -> MeetingProposal:
    """Propose a meeting of a co-lead's working group, and tell the coordinators.

    Raises NotCoLead, AlreadySubmitted, and Refused (starts_in_the_past, ends_before_it_starts,
    too_many).
    """
    if facts["starts_at"] <= at:
        raise starts_in_the_past()
    if facts["ends_at"] <= facts["starts_at"]:
        raise ends_before_it_starts()
    return submit(MeetingProposal(**facts), PROPOSALS, person=person, by=by, at=at)


def accept_proposal(*, proposal: MeetingProposal, by: User, at: datetime) -> Meeting:
    """Create a draft meeting from a proposal, and tell the co-lead.

    The draft is completed and scheduled like any other.

    Raises AlreadySettled.
    """
    return release(proposal, PROPOSALS, partial(_draft, proposal, by, at), by=by, at=at)


def _draft(proposal: MeetingProposal, by: User, at: datetime) -> Meeting:
    return draft_meeting(
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
