"""Who has a file: taking it, releasing it, handing it to a colleague."""

import pytest

from members.models import TimelineKind
from members.services.assignment import assign_to_self, reassign, unassign
from members.services.exceptions import AlreadyAssigned, CannotBeAssigned, NotAssigned
from tests.factories import NOON, MemberFactory, UserFactory
from tests.members.decisions.files import assert_nothing_written, facts
from tests.triage import staff


def test_take_gives_the_file_to_the_officer():
    officer = UserFactory(name="Amina Diallo")
    member = MemberFactory()

    entry = assign_to_self(member=member, by=officer, at=NOON)

    member.refresh_from_db()
    assert member.assignee == officer
    assert member.version == 2
    assert (entry.kind, entry.by_user, entry.by_name, entry.at, entry.is_public) == (
        TimelineKind.ASSIGNED,
        officer,
        "Amina Diallo",
        NOON,
        False,
    )


def test_take_writes_history_in_the_name_of_the_officer():
    officer = UserFactory()
    member = MemberFactory()

    assign_to_self(member=member, by=officer, at=NOON)

    last = member.history.order_by("history_id").last()
    assert (last.history_user, last.history_date) == (officer, NOON)


def test_take_refuses_what_a_colleague_has():
    member = MemberFactory(assignee=UserFactory(name="Bo Lind"))
    before = facts(member)

    with pytest.raises(AlreadyAssigned, match="Bo Lind has this file already"):
        assign_to_self(member=member, by=UserFactory(), at=NOON)

    assert_nothing_written(member, before)


def test_release_gives_the_file_back():
    officer = UserFactory()
    member = MemberFactory(assignee=officer)

    entry = unassign(member=member, by=officer, at=NOON)

    member.refresh_from_db()
    assert member.assignee is None
    assert (entry.kind, entry.note) == (TimelineKind.UNASSIGNED, "")


def test_release_of_a_colleagues_file_says_whose_it_was():
    member = MemberFactory(assignee=UserFactory(name="Bo Lind"))

    entry = unassign(member=member, by=UserFactory(), at=NOON)

    assert entry.note == "Bo Lind"


def test_release_refuses_what_nobody_has():
    member = MemberFactory(assignee=None)
    before = facts(member)

    with pytest.raises(NotAssigned):
        unassign(member=member, by=UserFactory(), at=NOON)

    assert_nothing_written(member, before)


def test_hand_to_gives_the_file_to_a_colleague():
    colleague = staff.officer(name="Bo Lind")
    member = MemberFactory(assignee=UserFactory())

    entry = reassign(member=member, to=colleague, by=UserFactory(), at=NOON)

    member.refresh_from_db()
    assert member.assignee == colleague
    assert (entry.kind, entry.note) == (TimelineKind.REASSIGNED, "Bo Lind")


def test_hand_to_refuses_the_colleague_who_has_it():
    colleague = UserFactory()
    member = MemberFactory(assignee=colleague)
    before = facts(member)

    with pytest.raises(AlreadyAssigned):
        reassign(member=member, to=colleague, by=UserFactory(), at=NOON)

    assert_nothing_written(member, before)


@pytest.mark.parametrize(
    ("role", "gone"),
    [
        (staff.officer, {"is_active": False}),
        (staff.officer, {"is_staff": False}),
        (staff.observer, {}),
    ],
)
def test_hand_to_refuses_who_may_not_take_files(role, gone):
    colleague = role(name="Bo Lind", **gone)
    member = MemberFactory()
    before = facts(member)

    with pytest.raises(CannotBeAssigned, match=r"^Bo Lind may not take files\.$"):
        reassign(member=member, to=colleague, by=UserFactory(), at=NOON)

    assert_nothing_written(member, before)
