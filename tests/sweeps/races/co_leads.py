"""A co-lead acts for their working group while their role ends, or while staff decide."""

from functools import partial

from focus_areas.models import FocusArea
from mailings.models import GroupLetter, Mailing
from mailings.services.group_letters import (
    LETTERS,
    LetterConflict,
    release_letter,
    submit_letter,
)
from meetings.models import Meeting
from members.models import FocalPoint, GrantedRole, Member, TimelineEntry
from members.services.co_leads import NotCoLead
from members.services.decisions import withdraw
from members.services.focal_points import accept_role_transfer
from members.services.submissions import AlreadySettled, AlreadySubmitted, change, return_to_co_lead
from members.services.submissions import withdraw as withdraw_submission
from outbox.models import Message
from papers.models import Paper, PaperKind, PaperVersion
from participation.models import EmailConsent, MeetingProposal
from participation.services.co_lead_papers import add_group_paper
from participation.services.email_consents import save_email_consent
from participation.services.meeting_proposals import (
    PROPOSALS,
    accept_proposal,
    propose_meeting,
)
from tests.factories import (
    NOON,
    GroupLetterFactory,
    MeetingProposalFactory,
    RoleTransferFactory,
    UserFactory,
)
from tests.papers.files import fit
from tests.participation.people import account_of, focal_point_in
from tests.participation.proposals import FACTS
from tests.sweeps.races.race import Race, own
from tests.triage.staff import coordinator, officer

MEMBER, PROPOSAL = "members_member", "participation_meetingproposal"
LETTER = "mailings_groupletter"
TEXT = {"language": "en", "subject": "Draft", "body": "Please read.", "shows_address": False}


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
        by_them = {"person": own_role(person), "by": account_of(person)}
        calls = {
            "accept": lambda row: partial(accept_proposal, proposal=row, by=UserFactory()),
            "decline": lambda row: partial(
                return_to_co_lead, row, PROPOSALS, reason="No room.", by=UserFactory()
            ),
            "withdraw": lambda row: partial(withdraw_submission, row, PROPOSALS, **by_them),
        }
        return tuple(partial(calls[name](own(proposal)), at=NOON) for name in (first, second))

    return arrange


def submitting(person):
    return partial(submit_letter, person=own_role(person), by=account_of(person), at=NOON, **TEXT)


def two_submit():
    return submitting(a_co_lead()), submitting(a_co_lead(email="second@example.org"))


def two_settle(first, second):
    """Return two calls about one letter to a group of one focal point."""

    def arrange():
        person = a_co_lead()
        letter = GroupLetterFactory(focus_area=area(), focal_point=person)
        by_them = {"person": own_role(person), "by": account_of(person)}
        read = {"version": 1, "by": officer()}
        calls = {
            "release": lambda row: partial(release_letter, letter=row, number=1, **read),
            "return": lambda row: partial(
                return_to_co_lead, row, LETTERS, reason="Too long.", **read
            ),
            "change": lambda row: partial(change, row, LETTERS, facts=TEXT, version=1, **by_them),
            "withdraw": lambda row: partial(withdraw_submission, row, LETTERS, **by_them),
        }
        return tuple(partial(calls[name](own(letter)), at=NOON) for name in (first, second))

    return arrange


def taken_over_and_agrees():
    """Return the calls of a successor who takes a role over, and of its holder who agrees."""
    person = focal_point_in(area())
    user = account_of(person)
    taking_over = partial(
        accept_role_transfer, role_transfer=RoleTransferFactory(focal_point=person), at=NOON
    )
    return taking_over, partial(
        save_email_consent, user=user, people=[own_role(person)], agrees=True, at=NOON
    )


RACES = {
    "take over a role, and agree to show the address": Race(
        taken_over_and_agrees,
        "members_focalpoint",
        (FocalPoint, None),
        {TimelineEntry: 1, Message: 3, EmailConsent: 0},
    ),
    "withdraw, and submit a letter as co-lead": Race(
        withdrawn_and_acts(submitting),
        MEMBER,
        (TimelineEntry, NotCoLead),
        {TimelineEntry: 1, GroupLetter: 0},
    ),
    "submit the same letter": Race(
        two_submit, LETTER, (GroupLetter, AlreadySubmitted), {GroupLetter: 1}
    ),
    "release a letter twice": Race(
        two_settle("release", "release"),
        LETTER,
        (Mailing, AlreadySettled),
        {Mailing: 1, Message: 1},
    ),
    "return a letter, and release it": Race(
        two_settle("return", "release"),
        LETTER,
        (GroupLetter, AlreadySettled),
        {Mailing: 0, Message: 1},
    ),
    "change a letter, and release what was read before": Race(
        two_settle("change", "release"), LETTER, (GroupLetter, LetterConflict), {Mailing: 0}
    ),
    "release a letter, and withdraw it": Race(
        two_settle("release", "withdraw"),
        LETTER,
        (Mailing, AlreadySettled),
        {Mailing: 1, Message: 1},
    ),
    "withdraw, and propose a meeting as co-lead": Race(
        withdrawn_and_acts(proposing),
        MEMBER,
        (TimelineEntry, NotCoLead),
        {TimelineEntry: 1, MeetingProposal: 0},
    ),
    "propose the same meeting": Race(
        two_propose, PROPOSAL, (MeetingProposal, AlreadySubmitted), {MeetingProposal: 1}
    ),
    "accept a proposal twice": Race(
        two_decide("accept", "accept"),
        PROPOSAL,
        (Meeting, AlreadySettled),
        {Meeting: 1, Message: 1},
    ),
    "decline a proposal, and accept it": Race(
        two_decide("decline", "accept"),
        PROPOSAL,
        (MeetingProposal, AlreadySettled),
        {Meeting: 0, Message: 1},
    ),
    "accept a proposal, and withdraw it": Race(
        two_decide("accept", "withdraw"),
        PROPOSAL,
        (Meeting, AlreadySettled),
        {Meeting: 1, Message: 1},
    ),
    "withdraw, and add a paper as co-lead": Race(
        withdrawn_and_acts(adding_paper),
        MEMBER,
        (TimelineEntry, NotCoLead),
        {TimelineEntry: 1, Paper: 0, PaperVersion: 0, Message: 0},
    ),
}
