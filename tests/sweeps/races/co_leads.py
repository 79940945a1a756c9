"""A co-lead acts for their working group while their role ends."""

from functools import partial

from focus_areas.models import FocusArea
from members.models import FocalPoint, GrantedRole, Member, TimelineEntry
from members.services.co_leads import NotCoLead
from members.services.decisions import withdraw
from outbox.models import Message
from papers.models import Paper, PaperKind, PaperVersion
from participation.services.co_lead_papers import add_group_paper
from tests.factories import NOON, UserFactory
from tests.papers.files import fit
from tests.participation.people import account_of, focal_point_in
from tests.sweeps.races.race import Race
from tests.triage.staff import coordinator

MEMBER = "members_member"


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


RACES = {
    "withdraw, and add a paper as co-lead": Race(
        withdrawn_and_acts(adding_paper),
        MEMBER,
        (TimelineEntry, NotCoLead),
        {TimelineEntry: 1, Paper: 0, PaperVersion: 0, Message: 0},
    ),
}
