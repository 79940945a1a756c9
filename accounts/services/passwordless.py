"""Accounts without a password, of people who sign in by a code: made, ended, and opened again.

For whom there are any, and until when, is for the apps above to say.
"""

from datetime import datetime

from django.db import transaction

from accounts.models import User
from core.history import set_history_actor


@transaction.atomic
def create_passwordless_user(
    *, email: str, name: str, language: str, time_zone: str, why: str, at: datetime
) -> User:
    """Make an account that no password opens, for somebody who is not staff.

    `why` stands in its history. Raises IntegrityError where there is one with this address.
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
    """End an account, whose sessions end with it at once, or open it again.

    The portal itself does so, and `why` stands in the history of the account.
    """
    user.is_active = is_active
    _attribute(user, why, at)
    user.save(update_fields=["is_active"])


def _attribute(user: User, why: str, at: datetime) -> None:
    """Have the history say that the portal itself did it, when, and why."""
    set_history_actor(user, None, at)
    user._change_reason = why  # type: ignore[attr-defined]
