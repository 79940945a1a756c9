from datetime import timedelta

import pytest

from accounts.models import User
from members.models import MemberStatus
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
from tests.factories import NOON, FocalPointFactory, UserFactory
from tests.participation.people import handed_over, withdrawn

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
    # In a language with letters but without pages.
    names = {"given_name": "Wanjiku", "family_name": "Kamau", "language": "ru"}
    focal_point("Wanjiku@Example.org", **names, time_zone="Africa/Nairobi")
    FocalPointFactory(member__status=MemberStatus.PENDING, email="pending@example.org")
    FocalPointFactory(member__status=MemberStatus.DECLINED, email="declined@example.org")

    made = sync_member_accounts(at=NOON)

    [user] = User.objects.filter(is_staff=False)
    assert made == 1
    assert (user.email, user.name) == ("Wanjiku@example.org", "Wanjiku Kamau")
    assert (user.language, user.time_zone) == ("ru", "Africa/Nairobi")
    assert (user.is_active, user.is_staff, user.is_superuser) == (True, False, False)
    assert not user.has_usable_password()
    assert (user.groups.count(), user.get_all_permissions()) == (0, set())
    assert user.wants_digest is False
    assert (user.member_account.made_at, user.member_account.ended_at) == (NOON, None)
    [version] = user.history.all()
    assert (version.history_change_reason, version.history_date) == (MADE, NOON)
    assert version.history_by_name == ""


def test_keep_accounts_makes_one_for_a_person_of_two_organisations_and_keeps_it_for_one():
    focal_point("WANJIKU@example.org", is_alternate=True, given_name="W.")
    person = focal_point(given_name="Wanjiku", family_name="Kamau")

    sync_member_accounts(at=NOON)

    [user] = User.objects.filter(is_staff=False)
    assert user.name == "Wanjiku Kamau"
    withdrawn(person)
    assert sync_member_accounts(at=LATER) == 0
    user.refresh_from_db()
    assert user.is_active


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
    assert others.count() == (0 if ends is withdrawn else 1)


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
    assert reasons() == [MADE, ENDED]


@pytest.mark.parametrize("right", ["is_staff", "is_superuser"])
def test_keep_accounts_leaves_alone_who_has_become_staff(right):
    person = focal_point()
    sync_member_accounts(at=NOON)
    User.objects.update(**{right: True})
    withdrawn(person)

    assert sync_member_accounts(at=LATER) == 0
    assert account().is_active


def test_keep_accounts_does_a_share_at_once_and_the_rest_the_next_time(monkeypatch):
    monkeypatch.setattr(member_accounts, "BATCH_SIZE", 2)
    people = [focal_point(f"person-{number}@example.org") for number in range(3)]

    made = [sync_member_accounts(at=NOON) for _n in range(3)]
    for person in people:
        corrected(person)
    ended = [sync_member_accounts(at=NOON) for _n in range(3)]

    assert made == [2, 1, 0]
    # Only one of the three accounts for the common address was created by the portal.
    assert ended == [3, 1, 0]


@pytest.mark.parametrize("people", [1, 3])
def test_keep_accounts_costs_three_queries_where_nothing_changed(people, django_assert_num_queries):
    for number in range(people):
        focal_point(f"person-{number}@example.org")
    sync_member_accounts_task()

    with django_assert_num_queries(3):
        assert sync_member_accounts(at=LATER) == 0


def test_keep_account_of_one_at_the_door_makes_it_alone_and_opens_it_again(
    django_assert_num_queries,
):
    person = focal_point()
    focal_point("other@example.org")

    sync_member_account(focal_point=person, at=NOON)
    assert [user.email for user in User.objects.filter(is_staff=False)] == ["wanjiku@example.org"]

    # Accounts that the portal deactivated.
    User.objects.update(is_active=False)
    MemberAccount.objects.update(ended_at=NOON)
    sync_member_account(focal_point=person, at=LATER)
    assert account().is_active

    # But not the one that a colleague deactivated.
    User.objects.update(is_active=False)
    with django_assert_num_queries(2):
        sync_member_account(focal_point=person, at=LATER)
    assert not account().is_active
