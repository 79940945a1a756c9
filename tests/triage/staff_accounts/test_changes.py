"""What desk managers do with accounts: change, deactivate, reactivate, reset."""

from functools import partial

import pytest
from django.contrib.auth.models import Group

from accounts.models import Invitation, Session, User
from accounts.services.second_factor import NoSecondFactor, has_second_factor
from accounts.services.staff_accounts import (
    AlreadyActive,
    AlreadyInactive,
    NoLongerManager,
    NotStaff,
    OwnAccount,
    RoleTooHigh,
    StaffConflict,
    latest_version,
    reactivate_staff_account,
)
from accounts.services.staff_roles import StaffRole, role_of
from commitments.models import CommitmentEvent, CommitmentStatus, EventKind
from focus_areas.models import FocusArea
from members.models import MemberStatus, TimelineEntry, TimelineKind
from members.services.exceptions import CannotBeAssigned
from outbox.models import MessageStatus
from tests.accounts.second_factor import give_app
from tests.factories import (
    NOON,
    CommitmentFactory,
    MemberFactory,
    ProposedChangeFactory,
    SessionFactory,
    UserFactory,
)
from tests.triage.staff import coordinator, desk_manager, may, observer, officer
from tests.triage.staff_accounts.accounts import invite, mail_of, reasons_of, stored
from triage.staff_accounts.services.changes import (
    change_staff,
    deactivate_staff,
    invite_again,
    reset_second_factor,
    withdraw_invitation,
)

# Change -----------------------------------------------------------------------------------------


def test_change_gives_the_new_role_alone(ruth, areas):
    user = may(officer(name="Kofi"), "decline_member_state")
    user.groups.add(Group.objects.create(name="Another"))

    change_staff(
        user=user, name="Kofi M.", role=StaffRole.COORDINATOR, areas=areas, by=ruth, at=NOON
    )

    user = User.objects.get(pk=user.pk)
    assert (user.name, role_of(user)) == ("Kofi M.", StaffRole.COORDINATOR)
    assert [group.name for group in user.groups.all()] == ["Focus area coordinators"]
    assert list(user.user_permissions.all()) == []
    assert list(FocusArea.objects.filter(coordinators=user).order_by("number")) == areas
    assert reasons_of(user)[-1] == ("Focus areas changed", "Ruth Mwangi")


def test_change_of_the_name_alone_keeps_what_was_given_by_hand(ruth):
    user = may(officer(name="Kofi"), "decline_member_state")

    change_staff(user=user, name="Kofi M.", role=StaffRole.OFFICER, areas=[], by=ruth, at=NOON)

    assert User.objects.get(pk=user.pk).has_perm("members.decline_member_state")


def test_change_takes_the_areas_of_a_former_coordinator(ruth, areas):
    user = coordinator(*areas)

    change_staff(user=user, name="Kofi", role=StaffRole.OBSERVER, areas=areas, by=ruth, at=NOON)

    assert list(FocusArea.objects.filter(coordinators=user)) == []


def test_administrator_makes_an_administrator_and_an_officer_again():
    root, user = UserFactory(is_superuser=True), officer(name="Kofi")
    change = partial(change_staff, user=user, name="Kofi", areas=[], by=root, at=NOON)

    change(role=StaffRole.ADMINISTRATOR)
    made = role_of(User.objects.get(pk=user.pk))
    change(role=StaffRole.OFFICER)

    assert made == StaffRole.ADMINISTRATOR
    assert role_of(User.objects.get(pk=user.pk)) == StaffRole.OFFICER


def changes(user):
    """Each change of an account, without `by`."""
    return {
        "change": partial(change_staff, name="New", role=StaffRole.OBSERVER, areas=[]),
        "invite again": invite_again,
        "withdraw": withdraw_invitation,
        "deactivate": partial(deactivate_staff, reason="Left ITU."),
        "reactivate": reactivate_staff_account,
        "reset": partial(reset_second_factor, reason="Lost phone."),
    }


@pytest.mark.parametrize("name", changes(None))
@pytest.mark.parametrize(
    ("who", "whom", "refusal"),
    [
        (desk_manager, lambda _by: UserFactory(is_superuser=True), RoleTooHigh),
        (lambda: may(officer(), "manage_staff"), lambda _by: desk_manager(), RoleTooHigh),
        (desk_manager, lambda by: by, OwnAccount),
        (lambda: UserFactory(is_superuser=True), lambda by: by, OwnAccount),
        (officer, lambda _by: observer(), NoLongerManager),
        (lambda: desk_manager(is_active=False), lambda _by: observer(), NoLongerManager),
        (desk_manager, lambda _by: UserFactory(is_staff=False), NotStaff),
    ],
)
def test_change_is_refused_above_ones_role_of_oneself_and_without_permission(
    name, who, whom, refusal
):
    by = who()
    user = whom(by)
    before = stored()

    with pytest.raises(refusal):
        changes(user)[name](user=user, by=by, at=NOON)

    assert stored() == before


@pytest.mark.parametrize("name", changes(None))
def test_change_is_refused_if_a_colleague_changed_the_account_first(ruth, name):
    user = observer(name="Kofi")
    seen = latest_version(user)
    change_staff(
        user=user,
        name="Kofi M.",
        role=StaffRole.OFFICER,
        areas=[],
        by=desk_manager(name="Grace"),
        at=NOON,
    )
    before = stored()

    with pytest.raises(StaffConflict, match="Grace changed this account on 25 October 2021"):
        changes(user)[name](user=user, by=ruth, at=NOON, version=seen)

    assert stored() == before


def test_change_refuses_a_role_above_ones_own(ruth):
    user = officer()
    before = stored()

    with pytest.raises(RoleTooHigh, match="Administrator"):
        change_staff(
            user=user, name="Kofi", role=StaffRole.ADMINISTRATOR, areas=[], by=ruth, at=NOON
        )

    assert stored() == before


# Deactivate, reactivate -------------------------------------------------------------------------


def test_deactivate_ends_sessions_and_says_why(ruth):
    user, other = invite(ruth), SessionFactory()
    SessionFactory(user=user)
    member = MemberFactory(assignee=user)

    deactivate_staff(user=user, reason="Left ITU.", by=ruth, at=NOON)

    user.refresh_from_db()
    member.refresh_from_db()
    assert not user.is_active
    assert list(Session.objects.all()) == [other]
    assert reasons_of(user)[-1] == ("Left ITU.", "Ruth Mwangi")
    assert list(Invitation.objects.all()) == []
    assert mail_of(user).status == MessageStatus.CANCELLED
    assert (member.assignee, member.timeline.get().kind) == (None, TimelineKind.UNASSIGNED)


def test_deactivate_gives_the_members_to_a_colleague(ruth):
    user, tom = officer(), officer(name="Tom")
    members = [MemberFactory(assignee=user) for _n in range(2)]
    decided = MemberFactory(assignee=user, status=MemberStatus.DECLINED)
    other = MemberFactory(assignee=tom)

    number = deactivate_staff(user=user, reason="Left ITU.", to=tom, by=ruth, at=NOON)

    for member in (*members, decided, other):
        member.refresh_from_db()
    entries = TimelineEntry.objects.filter(kind=TimelineKind.REASSIGNED).order_by("member")
    assert number == 2
    assert [member.assignee for member in members] == [tom, tom]
    assert [(entry.member, entry.by_user, entry.note) for entry in entries] == [
        (member, ruth, "Tom") for member in members
    ]
    assert (decided.assignee, other.version) == (user, 1)


def test_deactivate_leaves_open_commitments_without_an_assignee(ruth):
    user, tom = officer(), officer()
    waiting = CommitmentFactory(assignee=user, status=CommitmentStatus.SUBMITTED)
    changing = CommitmentFactory(assignee=user, status=CommitmentStatus.PUBLISHED)
    ProposedChangeFactory(commitment=changing)
    quiet = CommitmentFactory(assignee=user, status=CommitmentStatus.PUBLISHED)
    other = CommitmentFactory(assignee=tom, status=CommitmentStatus.SUBMITTED)

    deactivate_staff(user=user, reason="Left ITU.", to=tom, by=ruth, at=NOON)

    for commitment in (waiting, changing, quiet, other):
        commitment.refresh_from_db()
    events = CommitmentEvent.objects.order_by("commitment")
    assert (waiting.assignee, changing.assignee) == (None, None)
    assert (quiet.assignee, other.assignee) == (user, tom)
    assert [(event.commitment, event.kind, event.by_user, event.at) for event in events] == [
        (commitment, EventKind.UNASSIGNED, ruth, NOON) for commitment in (waiting, changing)
    ]


def test_deactivate_refuses_a_colleague_who_cannot_take_members(ruth):
    user = officer()
    MemberFactory(assignee=user)
    reader = observer()
    before = stored()

    with pytest.raises(CannotBeAssigned):
        deactivate_staff(user=user, reason="Left ITU.", to=reader, by=ruth, at=NOON)

    assert stored() == before


def test_deactivate_refuses_twice_and_reactivate_too(ruth):
    gone, there = officer(is_active=False), officer()
    before = stored()

    with pytest.raises(AlreadyInactive):
        deactivate_staff(user=gone, reason="Left ITU.", by=ruth, at=NOON)
    with pytest.raises(AlreadyActive):
        reactivate_staff_account(user=there, by=ruth, at=NOON)

    assert stored() == before


def test_reactivate_restores_the_role(ruth):
    user = officer()
    deactivate_staff(user=user, reason="On leave.", by=ruth, at=NOON)

    reactivate_staff_account(user=user, by=ruth, at=NOON)

    user = User.objects.get(pk=user.pk)
    assert (user.is_active, role_of(user)) == (True, StaffRole.OFFICER)
    assert reasons_of(user)[-1] == ("Account reactivated", "Ruth Mwangi")


# Second factor ----------------------------------------------------------------------------------


def test_reset_removes_the_second_factor_and_tells_the_person(ruth):
    user = officer(name="Kofi", email="kofi@example.org", language="fr")
    give_app(user)

    reset_second_factor(user=user, reason="Lost phone.", by=ruth, at=NOON)

    mail = mail_of(user)
    assert not has_second_factor(user)
    assert reasons_of(user)[-2:] == [
        ("Two-factor authentication reset", "Ruth Mwangi"),
        ("Lost phone.", "Ruth Mwangi"),
    ]
    assert mail.subject == "Votre authentification à deux facteurs a été réinitialisée"
    assert "Ruth Mwangi a réinitialisé" in mail.body


def test_reset_refuses_without_a_second_factor(ruth):
    user = officer()
    before = stored()

    with pytest.raises(NoSecondFactor):
        reset_second_factor(user=user, reason="Lost phone.", by=ruth, at=NOON)

    assert stored() == before
