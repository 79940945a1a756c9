"""Accounts without a password, whose users sign in with a code: create, close and reopen them.

The apps that use this module decide who has such an account, and until when.
"""

from datetime import datetime

from django.db import transaction

from accounts.models import User
from core.history import set_history_actor


@transaction.atomic
def create_passwordless_user(
    *, email: str, name: str, language: str, time_zone: str, why: str, at: datetime
) -> User:
    """Create an account without a usable password, for a person who is not staff.

    `why` is stored in its history. Raises IntegrityError if an account has this address.
    """
    user = User(
        email=User.objects.normalize_email(email),
        name=name[:200],
        language=language,
        time_zone=time_zone,
        wants_digest=False,
    )
    user.set_unusable_password()
    _attribute(user, why, at)
    user.save()
    User.objects.keep_address(user)
    return user


@transaction.atomic
def set_active(*, user: User, is_active: bool, why: str, at: datetime) -> None:
    """Deactivate an account, which ends its sessions immediately, or reactivate it.

    The history of the account says that the portal itself did this, and `why`.
    """
    user.is_active = is_active
    _attribute(user, why, at)
    user.save(update_fields=["is_active"])


def _attribute(user: User, why: str, at: datetime) -> None:
    """Record in the history that the portal itself made the change, when, and why."""
    set_history_actor(user, None, at)
    user._change_reason = why  # type: ignore[attr-defined]
