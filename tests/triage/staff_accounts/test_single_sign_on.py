"""Accounts and roles that follow from the word of the identity provider."""

import pytest
from allauth.socialaccount.models import SocialAccount

from accounts.models import Invitation, User
from accounts.services.single_sign_on import Identity
from accounts.services.staff_accounts import add_staff_account
from accounts.services.staff_roles import StaffRole, role_of
from focus_areas.models import FocusArea
from members.models import MemberStatus
from outbox.models import Message, MessageStatus
from tests.factories import NOON, FocalPointFactory, UserFactory
from tests.identity_provider import SETTINGS
from tests.refusals import refused
from tests.triage.staff import coordinator, observer
from triage.staff_accounts.services.changes import invite_staff
from triage.staff_accounts.services.listing import StaffState, staff_accounts, staff_rows
from triage.staff_accounts.services.single_sign_on import admit_by_single_sign_on


@pytest.fixture(autouse=True)
def _is_on(settings):
    settings.SINGLE_SIGN_ON = SETTINGS


def person(*groups, subject="p-1", email="ada@example.org", **more):
    facts = {"name": "Ada Lovelace", "language": "fr", "has_second_factor": True, **more}
    return Identity(subject=subject, email=email, groups=frozenset(groups), **facts)


def admit(*groups, **more):
    return admit_by_single_sign_on(person(*groups, **more), at=NOON)


def links():
    return list(SocialAccount.objects.values_list("user", "provider", "uid", "extra_data"))


@pytest.mark.django_db
def test_admit_creates_an_account_of_whom_the_provider_gives_a_role():
    user = admit("p2c-managers", "p2c-observers")

    found = User.objects.get()
    history = found.history.latest("history_id")
    assert found == user
    assert (found.email, found.name, found.language) == ("ada@example.org", "Ada Lovelace", "fr")
    assert (found.is_staff, found.is_superuser, role_of(found)) == (
        True,
        False,
        StaffRole.DESK_MANAGER,
    )
    assert not found.has_usable_password()
    assert (history.history_by_name, history.history_user) == ("ITU account", None)
    assert links() == [(user.pk, SETTINGS.issuer, "p-1", {})]
    [row] = staff_rows(staff_accounts(), at=NOON)
    assert row.state == StaffState.ACTIVE


def test_admit_finds_the_account_by_its_address_and_then_by_its_link():
    user = observer(email="ada@example.org")

    first = admit("p2c-observers")
    second = admit("p2c-observers", email="ada.l@example.org")

    assert first == second == user
    assert links() == [(user.pk, SETTINGS.issuer, "p-1", {})]
    assert User.objects.get().email == "ada@example.org"


def test_admit_gives_the_role_of_today_and_takes_the_areas_of_a_coordinator():
    area = FocusArea.objects.order_by("number").first()
    user = coordinator(area, email="ada@example.org")
    admit("p2c-coordinators")
    kept = list(area.coordinators.all())

    admit("p2c-admins")

    changed = User.objects.get(pk=user.pk)
    assert kept == [user]
    assert role_of(changed) == StaffRole.ADMINISTRATOR
    assert list(changed.groups.all()) == list(area.coordinators.all()) == []
    assert area.history.latest("history_id").history_by_name == "ITU account"


def test_admit_leaves_the_areas_of_who_becomes_a_coordinator():
    area = FocusArea.objects.order_by("number").first()
    user = observer(email="ada@example.org")
    area.coordinators.add(user)

    admit("p2c-coordinators")

    assert list(area.coordinators.all()) == [user]


def test_admit_with_the_same_role_leaves_the_history_alone():
    user = observer(email="ada@example.org")
    before = user.history.count()

    admit("p2c-observers")

    assert user.history.count() == before


@pytest.mark.django_db(transaction=True)
def test_admit_ends_the_invitation():
    by = UserFactory(is_superuser=True)
    facts = {"name": "Ada", "role": StaffRole.OBSERVER, "areas": (), "language": "en"}
    user = invite_staff(email="ada@example.org", **facts, by=by, at=NOON)

    admit("p2c-observers")

    assert list(Invitation.objects.all()) == []
    assert Message.objects.get().status == MessageStatus.CANCELLED
    [row] = staff_rows(staff_accounts().filter(pk=user.pk), at=NOON)
    assert row.state == StaffState.ACTIVE


@pytest.mark.django_db
@pytest.mark.parametrize("groups", [(), ("p2c-strangers",)])
def test_admit_refuses_without_a_role_and_creates_nothing(groups):
    with refused("no_role"):
        admit(*groups)

    assert list(User.objects.all()) == links() == []


def test_admit_refuses_without_a_role_and_leaves_the_account():
    user = observer(email="ada@example.org")
    admit("p2c-observers")

    with refused("no_role"):
        admit("p2c-strangers")

    found = User.objects.get()
    assert (found, found.is_active, role_of(found)) == (user, True, StaffRole.OBSERVER)


@pytest.mark.django_db
def test_admit_refuses_an_address_that_is_not_verified():
    with refused("no_address"):
        admit("p2c-observers", email="")

    assert list(User.objects.all()) == []


def test_admit_never_makes_staff_of_another_account():
    user = UserFactory(email="ada@example.org", is_staff=False)

    with refused("address_in_use"):
        admit("p2c-admins")

    user.refresh_from_db()
    assert (user.is_staff, user.is_superuser, links()) == (False, False, [])


@pytest.mark.django_db
def test_admit_never_makes_staff_of_a_focal_point_without_an_account():
    FocalPointFactory(email="ada@example.org", member__status=MemberStatus.ADMITTED)

    with refused("address_of_focal_point"):
        admit("p2c-admins")

    assert not User.objects.filter(email="ada@example.org").exists()


def test_admit_refuses_a_deactivated_account_whatever_the_provider_says():
    user = observer(email="ada@example.org")
    admit("p2c-observers")
    User.objects.update(is_active=False)

    with refused("already_inactive"):
        admit("p2c-admins", email="new@example.org")

    assert [role_of(user), User.objects.count()] == [StaffRole.OBSERVER, 1]


def test_admit_leaves_emergency_accounts_to_their_password():
    user = UserFactory(email="emergency@example.org", is_superuser=True)

    with refused("emergency_account"):
        admit("p2c-observers", email="emergency@example.org")

    user.refresh_from_db()
    assert (user.is_superuser, links()) == (True, [])


def test_admit_refuses_who_got_the_address_of_a_colleague():
    observer(email="ada@example.org")
    admit("p2c-observers", subject="p-1")

    with refused("linked_already"):
        admit("p2c-observers", subject="p-2")

    assert [link[2] for link in links()] == ["p-1"]


def test_admit_does_not_know_the_subjects_of_another_provider(settings):
    user = observer(email="ada@example.org")
    SocialAccount.objects.create(user=user, provider="https://former.example", uid="p-1")

    other = admit("p2c-observers", email="grace@example.org")

    assert other != user


@pytest.mark.django_db
def test_account_is_added_only_with_an_address_that_is_free():
    user = UserFactory(email="ada@example.org")
    facts = {"name": "Ada", "role": StaffRole.OBSERVER, "language": "en"}

    with refused("address_in_use"):
        add_staff_account(email="ADA@example.org", **facts, by="ITU account", at=NOON)

    assert list(User.objects.all()) == [user]
