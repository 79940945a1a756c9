"""Which role somebody has, and whose role they may change."""

import pytest
from django.contrib.auth.models import Group

from accounts.services.staff_roles import StaffRole, assignable_roles, may_manage, role_of
from tests.factories import UserFactory
from tests.triage.staff import coordinator, desk_manager, may, observer, officer


def administrator():
    return UserFactory(is_superuser=True)


ROLES = {
    StaffRole.ADMINISTRATOR: administrator,
    StaffRole.DESK_MANAGER: desk_manager,
    StaffRole.OFFICER: officer,
    StaffRole.COORDINATOR: coordinator,
    StaffRole.OBSERVER: observer,
}
BELOW_MANAGERS = (StaffRole.OFFICER, StaffRole.COORDINATOR, StaffRole.OBSERVER)


@pytest.mark.parametrize("role", StaffRole)
def test_role_is_that_of_the_group(role):
    assert role_of(ROLES[role]()) == role


def test_role_of_several_groups_is_the_highest():
    user = observer()
    user.groups.add(Group.objects.get(name="Desk managers"))

    assert role_of(user) == StaffRole.DESK_MANAGER


def test_role_is_none_without_a_group_of_staff():
    user = UserFactory()
    user.groups.add(Group.objects.create(name="Another"))

    assert role_of(user) is None


@pytest.mark.parametrize(
    ("who", "roles"),
    [
        (administrator, tuple(StaffRole)),
        (desk_manager, (StaffRole.DESK_MANAGER, *BELOW_MANAGERS)),
        (lambda: may(officer(), "manage_staff"), BELOW_MANAGERS),
        (officer, ()),
        (observer, ()),
        (lambda: desk_manager(is_active=False), ()),
    ],
)
def test_roles_that_somebody_may_give_are_none_above_their_own(who, roles):
    assert assignable_roles(who()) == roles


def test_manager_may_change_colleagues_without_a_higher_role_and_not_themselves():
    manager = desk_manager()
    colleagues = {role: make() for role, make in ROLES.items()}

    allowed = {role for role, user in colleagues.items() if may_manage(manager, user)}

    assert allowed == {StaffRole.DESK_MANAGER, *BELOW_MANAGERS}
    assert may_manage(manager, UserFactory())
    assert not may_manage(manager, manager)
    assert not may_manage(officer(), colleagues[StaffRole.OBSERVER])
