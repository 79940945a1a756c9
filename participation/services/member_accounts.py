"""The accounts of focal points: made when there is one, ended when there is one no more.

Worked out from the facts, again and again: whatever changes who is a focal point, an admission,
a withdrawal, a role handed over, an address corrected, does not have to think of it.
"""

from datetime import datetime
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import Lower
from django.utils.translation import gettext_noop

from accounts.models import User
from accounts.services.passwordless import create_passwordless_user, set_active
from members.models import FocalPoint
from participation.models import MemberAccount
from participation.services.participants import participants

# The rest waits for the next time, so that nobody else's work does.
BATCH_SIZE: Final = 200
# The history keeps these in English, and shows them in the language of its reader.
MADE: Final = gettext_noop("Account made for a focal point")
ENDED: Final = gettext_noop("No focal point of a member any more")
REACTIVATED: Final = gettext_noop("Focal point of a member again")


def sync_member_accounts(*, at: datetime) -> int:
    """Make, end and open again the accounts that are to be; return how many were.

    Each in a transaction of its own: run twice or by two at once, each is done once. Staff, and
    accounts that a colleague made or deactivated, are left alone.
    """
    to_make = {person.address: person for person in focal_points_without_account()[:BATCH_SIZE]}
    made = sum(_make(person, at) for person in to_make.values())
    ended = sum(
        _end(pk, at) for pk in accounts_to_deactivate().values_list("pk", flat=True)[:BATCH_SIZE]
    )
    opened = sum(
        _open_again(pk, at)
        for pk in accounts_to_reactivate().values_list("pk", flat=True)[:BATCH_SIZE]
    )
    return made + ended + opened


def sync_member_account(*, focal_point: FocalPoint, at: datetime) -> None:
    """Do the same for one focal point at once, who is at the door."""
    address = focal_point.email.lower()
    for person in focal_points_without_account().filter(address=address)[:1]:
        _make(person, at)
    for pk in accounts_to_reactivate().filter(address=address).values_list("pk", flat=True):
        _open_again(pk, at)


def focal_points_without_account() -> QuerySet[Any]:
    """Return the focal points at whose address there is no account, of whatever kind.

    The alternate of one organisation may be the focal point of another: the latter goes last, and
    gives the account its name.
    """
    accounts = User.objects.alias(address=Lower("email")).filter(address=OuterRef("address"))
    return participants().filter(~Exists(accounts)).order_by("-is_alternate", "-pk")


def accounts_to_deactivate() -> QuerySet[MemberAccount]:
    """Return the accounts that are open, and of a focal point no more."""
    return (
        _made_here()
        .filter(~Exists(_people_at_the_address()), user__is_active=True, ended_at__isnull=True)
        .order_by("pk")
    )


def accounts_to_reactivate() -> QuerySet[Any]:
    """Return the accounts that the portal ended, and that are of a focal point again."""
    return (
        _made_here().filter(Exists(_people_at_the_address()), ended_at__isnull=False).order_by("pk")
    )


def _made_here() -> QuerySet[MemberAccount]:
    """Return the accounts that the portal made, but for those who have become staff."""
    return MemberAccount.objects.alias(address=Lower("user__email")).filter(
        user__is_staff=False, user__is_superuser=False
    )


def _people_at_the_address() -> QuerySet[Any]:
    return participants().filter(address=OuterRef("address"))


def _make(person: FocalPoint, at: datetime) -> bool:
    """Make the account of a focal point, and say whether nobody else did so meanwhile."""
    try:
        with transaction.atomic():
            user = create_passwordless_user(
                email=person.email,
                name=person.full_name,
                language=person.language,
                time_zone=person.time_zone,
                why=MADE,
                at=at,
            )
            MemberAccount.objects.create(user=user, made_at=at)
    except IntegrityError:
        if not User.objects.filter(email__iexact=person.email).exists():
            raise
        return False
    return True


@transaction.atomic
def _end(pk: int, at: datetime) -> bool:
    """End an account, and say whether it was still to end."""
    account = _locked(accounts_to_deactivate(), pk)
    if account is None:
        return False
    set_active(user=account.user, is_active=False, why=ENDED, at=at)
    account.ended_at = at
    account.save(update_fields=["ended_at"])
    return True


@transaction.atomic
def _open_again(pk: int, at: datetime) -> bool:
    """Open an account again, and say whether it was still to open.

    A colleague may have done so by hand: then the portal takes it over from here.
    """
    account = _locked(accounts_to_reactivate(), pk)
    if account is None:
        return False
    if not account.user.is_active:
        set_active(user=account.user, is_active=True, why=REACTIVATED, at=at)
    account.ended_at = None
    account.save(update_fields=["ended_at"])
    return True


def _locked(accounts: QuerySet[MemberAccount], pk: int) -> MemberAccount | None:
    """Return an account, locked with its user, if it is still among those to change."""
    locked = accounts.select_for_update(of=("self", "user")).select_related("user")
    return locked.filter(pk=pk).first()
