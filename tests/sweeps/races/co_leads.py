"""A co-lead acts for their working group while their role ends, or while staff decide."""

from functools import partial

from focus_areas.models import FocusArea
from meetings.models import Meeting
from members.models import FocalPoint, GrantedRole, Member, TimelineEntry
from members.services.co_leads import NotCoLead
from members.services.decisions import withdraw
from outbox.models import Message
from papers.models import Paper, PaperKind, PaperVersion
from participation.models import MeetingProposal
from participation.services.co_lead_papers import add_group_paper
from participation.services.meeting_proposals import (
    AlreadyDecided,
    AlreadyProposed,
    accept_proposal,
    decline_proposal,
    propose_meeting,
    withdraw_proposal,
)
from tests.factories import NOON, MeetingProposalFactory, UserFactory
from tests.papers.files import fit
from tests.participation.people import account_of, focal_point_in
from tests.participation.proposals import FACTS
from tests.sweeps.races.race import Race, own
from tests.triage.staff import coordinator

MEMBER, PROPOSAL = "members_member", "participation_meetingproposal"


def area():
    return FocusArea.objects.get(number=2)


def a_co_lead(**facts):
    return focal_point_in(area(), member__granted_role=GrantedRole.CO_LEAD, **facts)


def own_role(person):
    """Return a focal point as another process reads it."""
    return FocalPoint.objects.select_related("member__focus_area").get(pk=person.pk)


def withdrawing(person):
    member = Member.objects.get(pk=person.member_id)
    return partial(withdraw, member=member, by=UserFactory(), at=NOON)


def adding_paper(person):
    return partial(
        add_group_paper,
        person=own_role(person),
        meeting=None,
        title="Draft",
        kind=PaperKind.ACTION_FRAMEWORK,
        language="en",
        file=fit(),
        by=account_of(person),
        at=NOON,
    )


def withdrawn_and_acts(act):
    """Return the calls of a member that withdraws, and of its focal point who acts."""

    def arrange():
        coordinator(area())
        person = a_co_lead()
        return withdrawing(person), act(person)

    return arrange


def proposing(person):
    return partial(
        propose_meeting, person=own_role(person), by=account_of(person), at=NOON, **FACTS
    )


def two_propose():
    return proposing(a_co_lead()), proposing(a_co_lead(email="second@example.org"))


def two_decide(first, second):
    def arrange():
        person = a_co_lead()
        proposal = MeetingProposalFactory(focus_area=area(), focal_point=person)
        calls = {
            "accept": partial(accept_proposal, by=UserFactory()),
            "decline": partial(decline_proposal, reason="No room.", by=UserFactory()),
            "withdraw": partial(withdraw_proposal, person=own_role(person), by=account_of(person)),
        }
        return tuple(
            partial(calls[name], proposal=own(proposal), at=NOON) for name in (first, second)
        )

    return arrange


RACES = {
    "withdraw, and propose a meeting as co-lead": Race(
        withdrawn_and_acts(proposing),
        MEMBER,
        (TimelineEntry, NotCoLead),
        {TimelineEntry: 1, MeetingProposal: 0},
    ),
    "propose the same meeting": Race(
        two_propose, PROPOSAL, (MeetingProposal, AlreadyProposed), {MeetingProposal: 1}
    ),
    "accept a proposal twice": Race(
        two_decide("accept", "accept"),
        PROPOSAL,
        (Meeting, AlreadyDecided),
        {Meeting: 1, Message: 1},
    ),
    "decline a proposal, and accept it": Race(
        two_decide("decline", "accept"),
        PROPOSAL,
        (MeetingProposal, AlreadyDecided),
        {Meeting: 0, Message: 1},
    ),
    "accept a proposal, and withdraw it": Race(
        two_decide("accept", "withdraw"),
        PROPOSAL,
        (Meeting, AlreadyDecided),
        {Meeting: 1, Message: 1},
    ),
    "withdraw, and add a paper as co-lead": Race(
        withdrawn_and_acts(adding_paper),
        MEMBER,
        (TimelineEntry, NotCoLead),
        {TimelineEntry: 1, Paper: 0, PaperVersion: 0, Message: 0},
    ),
}
