"""Accounts of focal points: created for a new focal point, deactivated when the role ends.

A task computes the changes from the current data. Code that admits or withdraws a member, hands
a role over or corrects an address therefore does not need to update accounts.
"""

from datetime import datetime
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import Lower
from django.utils.translation import gettext_noop

from accounts.models import User
from accounts.services.accounts import create_passwordless_user, set_active
from core.addresses import normalise_address
from members.models import FocalPoint
from members.services.participants import participants
from participation.models import MemberAccount

# The rest is left to the next run, so that other tasks do not have to wait.
BATCH_SIZE: Final = 200
# Stored in the history in English, and translated when it is shown.
MADE: Final = gettext_noop("Account created for a focal point")
ENDED: Final = gettext_noop("No longer a focal point of a member")
REACTIVATED: Final = gettext_noop("Focal point of a member again")


def sync_member_accounts(*, at: datetime) -> int:
    """Create, deactivate and reactivate accounts as needed; return how many changed.

    Each change is one transaction. If the task runs twice, or concurrently, each change is made
    once. Accounts of staff, and those that a colleague created or deactivated, are not changed.
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
    """Create or reactivate the account of a focal point who wants to sign in now."""
    address = normalise_address(focal_point.email)
    for person in focal_points_without_account().filter(address=address)[:1]:
        _make(person, at)
    for pk in accounts_to_reactivate().filter(address=address).values_list("pk", flat=True):
        _open_again(pk, at)


def focal_points_without_account() -> QuerySet[Any]:
    """Return the focal points whose address has no account of any kind.

    The alternate of one organisation may be the focal point of another. The latter comes last, and
    gives the account its name.
    """
    accounts = User.objects.alias(address=Lower("email")).filter(address=OuterRef("address"))
    return participants().filter(~Exists(accounts)).order_by("-is_alternate", "-pk")


def accounts_to_deactivate() -> QuerySet[MemberAccount]:
    """Return the active accounts whose address no longer belongs to a focal point."""
    return (
        _made_here()
        .filter(~Exists(_people_at_the_address()), user__is_active=True, ended_at__isnull=True)
        .order_by("pk")
    )


def accounts_to_reactivate() -> QuerySet[Any]:
    """Return the accounts that the portal deactivated, and that belong to a focal point again."""
    return (
        _made_here().filter(Exists(_people_at_the_address()), ended_at__isnull=False).order_by("pk")
    )


def _made_here() -> QuerySet[MemberAccount]:
    """Return the accounts that the portal created, except those of people who became staff."""
    return MemberAccount.objects.alias(address=Lower("user__email")).filter(
        user__is_staff=False, user__is_superuser=False
    )


def _people_at_the_address() -> QuerySet[Any]:
    return participants().filter(address=OuterRef("address"))


def _make(person: FocalPoint, at: datetime) -> bool:
    """Create the account of a focal point; return False if another process just did so."""
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
    """Deactivate an account; return False if that is no longer needed."""
    account = _locked(accounts_to_deactivate(), pk)
    if account is None:
        return False
    set_active(user=account.user, is_active=False, why=ENDED, at=at)
    account.ended_at = at
    account.save(update_fields=["ended_at"])
    return True


@transaction.atomic
def _open_again(pk: int, at: datetime) -> bool:
    """Reactivate an account; return False if that is no longer needed.

    If a colleague has reactivated it, only `ended_at` is cleared, and the portal manages it again.
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
    """Return the locked account with its user, or None if it is no longer in the queryset."""
    locked = accounts.select_for_update(of=("self", "user")).select_related("user")
    return locked.filter(pk=pk).first()
