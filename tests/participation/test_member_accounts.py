from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.utils.translation import override

from accounts.models import User
from members.models import GrantedRole, MemberStatus
from members.services.decisions import admit_to_focus_area, withdraw
from members.services.focal_points import accept_role_transfer
from participation.models import MemberAccount
from participation.services import member_accounts
from participation.services.member_accounts import (
    ENDED,
    MADE,
    REACTIVATED,
    sync_member_account,
    sync_member_accounts,
)
from participation.tasks import sync_member_accounts as sync_member_accounts_task
from tests.factories import (
    NOON,
    FocalPointFactory,
    FocusAreaFactory,
    MemberFactory,
    RoleTransferFactory,
    UserFactory,
)

LATER = NOON + timedelta(minutes=1)
ADMITTED = {"member__status": MemberStatus.ADMITTED}


def focal_point(email="wanjiku@example.org", **facts):
    return FocalPointFactory(**{**ADMITTED, "email": email, **facts})


def account(email="wanjiku@example.org"):
    return User.objects.get(email=email)


def reasons(email="wanjiku@example.org"):
    rows = account(email).history.order_by("history_id")
    return [row.history_change_reason for row in rows]


def test_keep_accounts_makes_one_for_each_focal_point_of_an_admitted_member():
    focal_point(
        "Wanjiku@Example.org",
        given_name="Wanjiku",
        family_name="Kamau",
        language="fr",
        time_zone="Africa/Nairobi",
    )
    FocalPointFactory(member__status=MemberStatus.PENDING, email="pending@example.org")
    FocalPointFactory(member__status=MemberStatus.DECLINED, email="declined@example.org")

    made = sync_member_accounts(at=NOON)

    [user] = User.objects.filter(is_staff=False)
    assert made == 1
    assert (user.email, user.name) == ("Wanjiku@example.org", "Wanjiku Kamau")
    assert (user.language, user.time_zone) == ("fr", "Africa/Nairobi")
    assert (user.is_active, user.is_staff, user.is_superuser) == (True, False, False)
    assert not user.has_usable_password()
    assert (user.groups.count(), user.wants_digest) == (0, False)
    assert (user.member_account.made_at, user.member_account.ended_at) == (NOON, None)
    [version] = user.history.all()
    assert (version.history_change_reason, version.history_date) == (MADE, NOON)
    assert version.history_by_name == ""


def test_keep_accounts_keeps_a_language_that_has_letters_and_no_pages():
    focal_point(language="ru")

    sync_member_accounts(at=NOON)

    assert account().language == "ru"


def test_keep_accounts_makes_one_for_a_person_of_two_organisations():
    FocalPointFactory(**ADMITTED, email="WANJIKU@example.org", is_alternate=True, given_name="W.")
    focal_point(given_name="Wanjiku", family_name="Kamau")

    sync_member_accounts(at=NOON)

    [user] = User.objects.filter(is_staff=False)
    assert user.name == "Wanjiku Kamau"


def test_keep_accounts_leaves_alone_whoever_has_an_account():
    staff = UserFactory(email="Wanjiku@example.org", name="An officer")
    focal_point()
    by_a_colleague = UserFactory(email="guest@example.org", is_staff=False)

    assert sync_member_accounts(at=NOON) == 0
    staff.refresh_from_db()
    by_a_colleague.refresh_from_db()
    assert (staff.name, staff.is_active, by_a_colleague.is_active) == ("An officer", True, True)
    assert MemberAccount.objects.count() == 0


def is_in(client):
    return client.get("/en/").wsgi_request.user.is_authenticated


def withdrawn(person):
    withdraw(member=person.member, by=UserFactory(), at=NOON)


def handed_over(person):
    role_transfer = RoleTransferFactory(
        focal_point=person, email="next@example.org", expires_at=NOON + timedelta(days=3)
    )
    accept_role_transfer(role_transfer=role_transfer, at=NOON)


def corrected(person):
    person.email = "next@example.org"
    person.save()


@pytest.mark.parametrize("ends", [withdrawn, handed_over, corrected])
def test_keep_accounts_ends_what_is_of_a_focal_point_no_more(client, ends):
    person = focal_point()
    sync_member_accounts(at=NOON)
    client.force_login(account())
    was_in = is_in(client)

    ends(person)
    sync_member_accounts(at=LATER)

    assert (was_in, is_in(client)) == (True, False)
    assert (account().is_active, account().member_account.ended_at) == (False, LATER)
    assert reasons() == [MADE, ENDED]
    others = User.objects.filter(is_staff=False).exclude(email="wanjiku@example.org")
    assert [user.email for user in others] == ([] if ends is withdrawn else ["next@example.org"])


def test_keep_accounts_leaves_open_what_is_still_of_another_organisation():
    person = focal_point()
    focal_point(is_alternate=True)
    sync_member_accounts(at=NOON)

    withdrawn(person)

    assert sync_member_accounts(at=LATER) == 0
    assert account().is_active


def test_keep_accounts_opens_again_what_comes_back():
    person = focal_point()
    sync_member_accounts(at=NOON)
    corrected(person)
    sync_member_accounts(at=NOON)
    focal_point(is_alternate=True)

    sync_member_accounts(at=LATER)

    assert (account().is_active, account().member_account.ended_at) == (True, None)
    assert reasons() == [MADE, ENDED, REACTIVATED]


def test_keep_accounts_does_not_overrule_a_colleague_who_deactivated_an_account():
    person = focal_point()
    sync_member_accounts(at=NOON)
    User.objects.update(is_active=False)

    first = sync_member_accounts(at=LATER)
    withdrawn(person)
    second = sync_member_accounts(at=LATER)
    focal_point(is_alternate=True)

    assert (first, second, sync_member_accounts(at=LATER)) == (0, 0, 0)
    assert not account().is_active


def test_keep_accounts_does_not_overrule_a_colleague_who_opened_an_account():
    person = focal_point()
    sync_member_accounts(at=NOON)
    withdrawn(person)
    sync_member_accounts(at=NOON)
    User.objects.update(is_active=True)

    left_alone = sync_member_accounts(at=LATER)
    focal_point(is_alternate=True)
    taken_over = sync_member_accounts(at=LATER)

    assert (left_alone, taken_over) == (0, 1)
    assert (account().is_active, account().member_account.ended_at) == (True, None)


@pytest.mark.parametrize("right", ["is_staff", "is_superuser"])
def test_keep_accounts_leaves_alone_who_has_become_staff(right):
    person = focal_point()
    sync_member_accounts(at=NOON)
    User.objects.update(**{right: True})
    withdrawn(person)

    assert sync_member_accounts(at=LATER) == 0
    assert account().is_active


def test_keep_accounts_gives_nobody_a_right_or_a_group():
    Group.objects.create(name="Somebody's")
    focal_point()

    sync_member_accounts(at=NOON)

    assert account().get_all_permissions() == set()


def test_keep_accounts_does_a_share_at_once_and_the_rest_the_next_time(monkeypatch):
    monkeypatch.setattr(member_accounts, "BATCH_SIZE", 2)
    people = [focal_point(f"person-{number}@example.org") for number in range(3)]

    made = [sync_member_accounts(at=NOON) for _n in range(3)]
    for person in people:
        corrected(person)
    ended = [sync_member_accounts(at=NOON) for _n in range(3)]

    assert made == [2, 1, 0]
    # One of the three is made for the address that all three now have.
    assert ended == [3, 1, 0]


@pytest.mark.parametrize("people", [1, 3])
def test_keep_accounts_costs_three_queries_where_nothing_changed(people, django_assert_num_queries):
    for number in range(people):
        focal_point(f"person-{number}@example.org")
    sync_member_accounts(at=NOON)

    with django_assert_num_queries(3):
        assert sync_member_accounts(at=LATER) == 0


def test_keep_accounts_is_a_task():
    focal_point()

    sync_member_accounts_task()

    assert account().is_active


def test_keep_accounts_follows_an_admission():
    member = MemberFactory(status=MemberStatus.PENDING)
    FocalPointFactory(member=member, email="wanjiku@example.org")
    admit_to_focus_area(
        member=member,
        focus_area=FocusAreaFactory(),
        role=GrantedRole.PARTICIPANT,
        by=UserFactory(),
        at=NOON,
        message=None,
    )

    sync_member_accounts(at=LATER)

    assert account().is_active


def test_keep_account_of_makes_the_account_of_one_at_the_door_alone():
    person = focal_point()
    focal_point("other@example.org")

    sync_member_account(focal_point=person, at=NOON)

    assert [user.email for user in User.objects.filter(is_staff=False)] == ["wanjiku@example.org"]


def test_keep_account_of_opens_again_what_the_portal_ended():
    person = focal_point()
    sync_member_accounts(at=NOON)
    MemberAccount.objects.update(ended_at=NOON)
    User.objects.update(is_active=False)

    sync_member_account(focal_point=person, at=LATER)

    assert account().is_active


def test_keep_account_of_does_not_overrule_a_colleague(django_assert_num_queries):
    person = focal_point()
    sync_member_accounts(at=NOON)
    User.objects.update(is_active=False)

    with django_assert_num_queries(2):
        sync_member_account(focal_point=person, at=LATER)

    assert not account().is_active


def test_history_of_an_account_says_why_in_the_language_of_its_reader():
    focal_point()
    sync_member_accounts(at=NOON)
    desk = Client()
    desk.force_login(UserFactory(is_superuser=True))

    with override("en"):
        page = desk.get(f"/admin/accounts/user/{account().pk}/history/")

    assert MADE in page.text
