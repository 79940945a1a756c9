"""Admitting a member to a focus area, and moving it to another."""

from datetime import timedelta

import pytest

from meetings.models import MeetingStatus
from members.models import GrantedRole, MemberStatus, TimelineKind
from members.services.decisions import admit_to_focus_area, decline, move_to_focus_area
from members.services.exceptions import AlreadyDecided, AlreadyInFocusArea, WrongStatus
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
from tests.members.decisions.files import assert_nothing_written, facts, member_with_focal_point


def test_admit_places_the_member_and_welcomes_it():
    officer = UserFactory()
    area = FocusAreaFactory(number=3)
    member = member_with_focal_point(reference="P2C-ADM234")

    entry = admit_to_focus_area(
        member=member, focus_area=area, role=GrantedRole.CO_LEAD, by=officer, at=NOON
    )

    member.refresh_from_db()
    assert (
        member.status,
        member.focus_area,
        member.granted_role,
        member.decided_at,
        member.decided_by,
        member.assignee,
        member.version,
    ) == (MemberStatus.ADMITTED, area, GrantedRole.CO_LEAD, NOON, officer, officer, 2)
    assert (entry.kind, entry.note, entry.is_public) == (
        TimelineKind.ADMITTED,
        "Building Digital Ecosystems · Co-lead",
        True,
    )
    message = Message.objects.get()
    assert message.subject == "P2C-ADM234: Welcome to the Partner2Connect Digital Coalition"
    assert "Building Digital Ecosystems" in message.body


def test_admit_gives_each_focal_point_private_links_of_their_own():
    member = member_with_focal_point()
    FocalPointFactory(member=member, is_alternate=True)

    admit_to_focus_area(
        member=member,
        focus_area=FocusAreaFactory(),
        role=GrantedRole.PARTICIPANT,
        by=UserFactory(),
        at=NOON,
    )

    links = Message.objects.values_list("private_page", "private_feed")
    assert len(links) == 2
    assert len({page for page, _feed in links} | {feed for _page, feed in links}) == 4
    assert "" not in {link for pair in links for link in pair}


def test_admit_names_the_next_meetings_that_stand():
    member = member_with_focal_point()
    area = FocusAreaFactory(number=1)
    MeetingFactory(focus_area=area, title="First sitting")
    MeetingFactory(focus_area=area, title="Called off", status=MeetingStatus.CANCELLED)
    MeetingFactory(focus_area=FocusAreaFactory(number=2), title="Of another area")
    MeetingFactory(focus_area=area, title="Not announced", status=MeetingStatus.DRAFT)

    admit_to_focus_area(
        member=member, focus_area=area, role=GrantedRole.PARTICIPANT, by=UserFactory(), at=NOON
    )

    body = Message.objects.get().body
    assert "First sitting" in body
    assert "Called off" not in body
    assert "Of another area" not in body
    assert "Not announced" not in body


def test_admit_sends_the_letter_as_edited():
    member = member_with_focal_point(reference="P2C-ADM234")

    admit_to_focus_area(
        member=member,
        focus_area=FocusAreaFactory(),
        role=GrantedRole.PARTICIPANT,
        by=UserFactory(),
        at=NOON,
        message=EditableLetter(subject="Welcome, colleagues", body="A text of our own."),
    )

    message = Message.objects.get()
    assert message.subject == "P2C-ADM234: Welcome, colleagues"
    assert "A text of our own." in message.body
    assert (message.private_page, message.private_feed) == ("", "")


def test_admit_writes_nothing_when_the_officer_says_so():
    member = member_with_focal_point()

    admit_to_focus_area(
        member=member,
        focus_area=FocusAreaFactory(),
        role=GrantedRole.PARTICIPANT,
        by=UserFactory(),
        at=NOON,
        message=None,
    )

    member.refresh_from_db()
    assert member.status == MemberStatus.ADMITTED
    assert list(Message.objects.all()) == []


def test_admit_takes_a_colleagues_file_over():
    officer = UserFactory()
    member = member_with_focal_point(assignee=UserFactory())

    admit_to_focus_area(
        member=member,
        focus_area=FocusAreaFactory(),
        role=GrantedRole.PARTICIPANT,
        by=officer,
        at=NOON,
    )

    member.refresh_from_db()
    assert member.assignee == officer


def test_admit_cancels_the_question_that_has_not_gone_out():
    member = member_with_focal_point(
        reference="P2C-ADM234", status=MemberStatus.INFORMATION_REQUESTED
    )
    question = MessageFactory(
        topic="P2C-ADM234/information-requested/entry-1/focal-point-1", reference="P2C-ADM234"
    )

    admit_to_focus_area(
        member=member,
        focus_area=FocusAreaFactory(),
        role=GrantedRole.PARTICIPANT,
        by=UserFactory(),
        at=NOON,
    )

    question.refresh_from_db()
    assert question.status == MessageStatus.CANCELLED


def test_admit_tells_who_decided_first():
    colleague = UserFactory(name="Bo Lind")
    member = member_with_focal_point()
    decline(member=member, by=colleague, at=NOON - timedelta(minutes=5), message=None)
    before = facts(member)

    with pytest.raises(
        AlreadyDecided, match=r"was declined.*Bo Lind, Monday 25 October 2021, 13:55"
    ):
        admit_to_focus_area(
            member=member,
            focus_area=FocusAreaFactory(),
            role=GrantedRole.PARTICIPANT,
            by=UserFactory(),
            at=NOON,
        )

    assert_nothing_written(member, before)


def test_move_changes_area_and_role_and_tells_the_member():
    member = member_with_focal_point(
        status=MemberStatus.ADMITTED, focus_area=FocusAreaFactory(number=1)
    )
    area = FocusAreaFactory(number=4)

    entry = move_to_focus_area(
        member=member, focus_area=area, role=GrantedRole.OBSERVER, by=UserFactory(), at=NOON
    )

    member.refresh_from_db()
    assert (member.status, member.focus_area, member.granted_role) == (
        MemberStatus.ADMITTED,
        area,
        GrantedRole.OBSERVER,
    )
    assert (entry.kind, entry.note, entry.is_public) == (
        TimelineKind.MOVED,
        "Incentivizing Investments · Observer",
        True,
    )
    assert "Incentivizing Investments" in Message.objects.get().body


@pytest.mark.parametrize("earlier", [TimelineKind.ADMITTED, TimelineKind.MOVED])
def test_move_cancels_the_letter_on_its_place_that_has_not_gone_out(earlier):
    member = member_with_focal_point(
        status=MemberStatus.ADMITTED, focus_area=FocusAreaFactory(number=1)
    )
    unsent = MessageFactory(
        topic=f"{member.reference}/{earlier}/entry-0/focal-point-1", reference=member.reference
    )

    move_to_focus_area(
        member=member,
        focus_area=FocusAreaFactory(number=2),
        role=GrantedRole.PARTICIPANT,
        by=UserFactory(),
        at=NOON,
    )

    unsent.refresh_from_db()
    assert unsent.status == MessageStatus.CANCELLED
    assert Message.objects.exclude(pk=unsent.pk).get().status == MessageStatus.QUEUED


@pytest.mark.parametrize(
    ("number", "role"), [(1, GrantedRole.OBSERVER), (4, GrantedRole.PARTICIPANT)]
)
def test_move_may_change_the_role_or_the_area_alone(number, role):
    member = member_with_focal_point(
        status=MemberStatus.ADMITTED,
        focus_area=FocusAreaFactory(number=1),
        granted_role=GrantedRole.PARTICIPANT,
    )
    area = FocusAreaFactory(number=number)

    move_to_focus_area(member=member, focus_area=area, role=role, by=UserFactory(), at=NOON)

    member.refresh_from_db()
    assert (member.focus_area, member.granted_role) == (area, role)


def test_move_keeps_who_decided():
    decider = UserFactory()
    member = member_with_focal_point(
        status=MemberStatus.ADMITTED,
        focus_area=FocusAreaFactory(number=1),
        decided_by=decider,
        decided_at=NOON - timedelta(days=1),
    )

    move_to_focus_area(
        member=member,
        focus_area=FocusAreaFactory(number=2),
        role=GrantedRole.PARTICIPANT,
        by=UserFactory(),
        at=NOON,
    )

    member.refresh_from_db()
    assert (member.decided_by, member.decided_at) == (decider, NOON - timedelta(days=1))


def test_move_refuses_where_the_member_is_already():
    area = FocusAreaFactory(number=1)
    member = member_with_focal_point(
        status=MemberStatus.ADMITTED, focus_area=area, granted_role=GrantedRole.OBSERVER
    )
    before = facts(member)

    with pytest.raises(AlreadyInFocusArea):
        move_to_focus_area(
            member=member, focus_area=area, role=GrantedRole.OBSERVER, by=UserFactory(), at=NOON
        )

    assert_nothing_written(member, before)


@pytest.mark.parametrize("status", [status for status in MemberStatus if status != "admitted"])
def test_move_refuses_who_is_not_admitted(status):
    member = member_with_focal_point(status=status)
    before = facts(member)

    with pytest.raises(WrongStatus):
        move_to_focus_area(
            member=member,
            focus_area=FocusAreaFactory(number=2),
            role=GrantedRole.OBSERVER,
            by=UserFactory(),
            at=NOON,
        )

    assert_nothing_written(member, before)
