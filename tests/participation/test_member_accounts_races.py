import pytest

from accounts.models import User
from members.models import MemberStatus
from participation.models import MemberAccount
from participation.services.member_accounts import sync_member_account, sync_member_accounts
from tests.factories import NOON, FocalPointFactory
from tests.races import POSTGRESQL_ONLY, overtaken

pytestmark = POSTGRESQL_ONLY


@pytest.fixture
def person():
    return FocalPointFactory(member__status=MemberStatus.ADMITTED, email="wanjiku@example.org")


def test_account_is_made_once_by_two_at_once(person):
    outcomes = overtaken(
        lambda: sync_member_accounts(at=NOON),
        lambda: sync_member_account(focal_point=person, at=NOON),
        at="accounts_user",
    )

    assert outcomes == (0, None)
    assert User.objects.filter(is_staff=False).count() == MemberAccount.objects.count() == 1


def moves_to(person, email):
    person.email = email
    person.save()


@pytest.mark.parametrize("is_ended_before", [False, True])
def test_account_is_ended_or_opened_once_by_two_at_once(person, is_ended_before):
    sync_member_accounts(at=NOON)
    moves_to(person, "next@example.org")
    if is_ended_before:
        sync_member_accounts(at=NOON)
        moves_to(person, "wanjiku@example.org")
        sync_member_account(focal_point=FocalPointFactory(email="next@example.org"), at=NOON)
    user = User.objects.get(email="wanjiku@example.org")
    before = user.history.count()

    overtaken(
        lambda: sync_member_accounts(at=NOON),
        lambda: sync_member_accounts(at=NOON),
        at="after accounts_user",
    )

    user.refresh_from_db()
    assert user.is_active == is_ended_before
    assert user.history.count() == before + 1
