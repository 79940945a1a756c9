from datetime import timedelta

import pytest

from core.conflicts import Refused
from meetings.models import MeetingStatus
from members.models import GrantedRole, MemberStatus, SpamSignal, TimelineKind
from outbox.models import Message, MessageStatus
from outbox.services.letters import EditableLetter
from tests.factories import (
    NOON,
    FocalPointFactory,
    FocusAreaFactory,
    MeetingFactory,
    MessageFactory,
    UserFactory,
)
from tests.members.decisions.files import (
    admit,
    in_short,
    member_with_focal_point,
    move,
    refused,
    stored,
)


def admitted_member(number=1, **facts):
    area = FocusAreaFactory(number=number)
    return member_with_focal_point(status=MemberStatus.ADMITTED, focus_area=area, **facts)


def test_admit_places_the_member_and_welcomes_it():
    officer = UserFactory()
    area = FocusAreaFactory(number=3)
    # It was assigned to a colleague before.
    member = member_with_focal_point(reference="P2C-ADM234", assignee=UserFactory())
    FocalPointFactory(member=member, is_alternate=True)

    entry = admit(member, focus_area=area, role=GrantedRole.CO_LEAD, by=officer)

    member.refresh_from_db()
    assert (member.status, member.focus_area) == (MemberStatus.ADMITTED, area)
    assert (member.granted_role, member.decided_at) == (GrantedRole.CO_LEAD, NOON)
    assert (member.decided_by, member.assignee, member.version) == (officer, officer, 2)
    words = "Building Digital Ecosystems · Co-lead"
    assert in_short(entry) == (TimelineKind.ADMITTED, words, True)
    messages = list(Message.objects.all())
    for message in messages:
        assert message.subject == "P2C-ADM234: Welcome, your organisation is admitted"
        assert "Building Digital Ecosystems" in message.body
    # Each has private links of their own.
    assert len({message.private_page for message in messages} - {""}) == len(messages) == 2


def test_admit_refuses_possible_spam_until_it_is_marked_as_genuine():
    member = member_with_focal_point(spam_signal=SpamSignal.TOO_FAST)

    with refused(member, Refused, "Mark it as genuine before you admit it"):
        admit(member)


def test_admit_names_the_next_meetings_that_stand():
    member, area = member_with_focal_point(), FocusAreaFactory(number=1)
    MeetingFactory(focus_area=area, title="First sitting")
    MeetingFactory(focus_area=area, title="Called off", status=MeetingStatus.CANCELLED)
    MeetingFactory(focus_area=FocusAreaFactory(number=2), title="Of another area")
    MeetingFactory(focus_area=area, title="Not announced", status=MeetingStatus.DRAFT)

    admit(member, focus_area=area)

    body = Message.objects.get().body
    titles = ("First sitting", "Called off", "Of another area", "Not announced")
    assert [title for title in titles if title in body] == ["First sitting"]


@pytest.mark.parametrize("is_written", [True, False])
def test_admit_sends_the_letter_as_edited_or_none_when_the_officer_says_so(is_written):
    member = member_with_focal_point(reference="P2C-ADM234")
    edited = EditableLetter(subject="Welcome, colleagues", body="A text of our own.")

    admit(member, message=edited if is_written else None)

    assert stored(member, "status") == (MemberStatus.ADMITTED,)
    subjects = ["P2C-ADM234: Welcome, colleagues"] if is_written else []
    messages = list(Message.objects.all())
    assert [message.subject for message in messages] == subjects
    for message in messages:
        assert "A text of our own." in message.body
        assert message.private_page == ""


def test_admit_cancels_the_question_that_has_not_gone_out():
    member = member_with_focal_point(
        reference="P2C-ADM234", status=MemberStatus.INFORMATION_REQUESTED
    )
    question = MessageFactory(
        topic="P2C-ADM234/information-requested/entry-1/focal-point-1", reference="P2C-ADM234"
    )

    admit(member)

    question.refresh_from_db()
    assert question.status == MessageStatus.CANCELLED


def test_move_changes_area_and_role_and_tells_the_member():
    decider, area = UserFactory(), FocusAreaFactory(number=4)
    decided = {"decided_by": decider, "decided_at": NOON - timedelta(days=1)}
    member = admitted_member(**decided)

    entry = move(member, focus_area=area, role=GrantedRole.OBSERVER)

    placed = (MemberStatus.ADMITTED, area.pk, GrantedRole.OBSERVER)
    assert stored(member, "status", "focus_area", "granted_role") == placed
    decided_before = (decider.pk, NOON - timedelta(days=1))
    assert stored(member, "decided_by", "decided_at") == decided_before
    words = "Incentivizing Investments · Observer"
    assert in_short(entry) == (TimelineKind.MOVED, words, True)
    assert "Incentivizing Investments" in Message.objects.get().body


@pytest.mark.parametrize("earlier", [TimelineKind.ADMITTED, TimelineKind.MOVED])
def test_move_cancels_the_letter_on_its_place_that_has_not_gone_out(earlier):
    member = admitted_member()
    unsent = MessageFactory(
        topic=f"{member.reference}/{earlier}/entry-0/focal-point-1", reference=member.reference
    )

    move(member)

    unsent.refresh_from_db()
    assert unsent.status == MessageStatus.CANCELLED
    assert Message.objects.exclude(pk=unsent.pk).get().status == MessageStatus.QUEUED


@pytest.mark.parametrize(
    ("number", "role"), [(1, GrantedRole.OBSERVER), (4, GrantedRole.PARTICIPANT)]
)
def test_move_may_change_the_role_or_the_area_alone(number, role):
    member = admitted_member(granted_role=GrantedRole.PARTICIPANT)
    area = FocusAreaFactory(number=number)

    move(member, focus_area=area, role=role)

    member.refresh_from_db()
    assert (member.focus_area, member.granted_role) == (area, role)


def test_move_refuses_where_the_member_is_already():
    member = admitted_member(granted_role=GrantedRole.OBSERVER)

    with refused(member, Refused, "already has this role"):
        move(member, focus_area=member.focus_area, role=GrantedRole.OBSERVER)
