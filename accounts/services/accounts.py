"""Changes of accounts: what their history records, preferences, accounts without a password."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import TypedDict, Unpack

from django.db import transaction

from accounts.models import ReadLanguage, User
from core.conflicts import lock
from core.history import set_history_actor


def record_account_change(
    what: str, *, user: User, by: object, at: datetime, field: str = "name"
) -> None:
    """Save one field of an account, changed or not, and record in its history what happened.

    Saving creates a version in the history, with the groups of the account. The history stores
    `what` in English, and shows it in the reader's language.
    """
    set_history_actor(user, by, at)
    user._change_reason = what  # type: ignore[attr-defined]
    user.save(update_fields=[field])


class Preferences(TypedDict, total=False):
    """Fields of an account that its owner sets."""

    language: str
    time_zone: str
    wants_digest: bool
    away_until: date | None


@transaction.atomic
def save_preferences(*, user: User, by: User, at: datetime, **wanted: Unpack[Preferences]) -> User:
    """Save a user's preferences. Nothing is saved if they are unchanged."""
    lock(user)
    changed = {name: value for name, value in wanted.items() if getattr(user, name) != value}
    if changed:
        for name, value in changed.items():
            setattr(user, name, value)
        set_history_actor(user, by, at)
        user.save(update_fields=list(changed))
    return user


@transaction.atomic
def save_staff_preferences(
    *,
    user: User,
    languages: Iterable[str],
    by: User,
    at: datetime,
    **wanted: Unpack[Preferences],
) -> User:
    """Save the preferences of a member of staff, and in which languages they read answers."""
    save_preferences(user=user, by=by, at=at, **wanted)
    read = set(user.read_languages.values_list("language", flat=True))
    user.read_languages.exclude(language__in=languages).delete()
    ReadLanguage.objects.bulk_create(
        ReadLanguage(user=user, language=code) for code in languages if code not in read
    )
    return user


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
    # The portal itself creates it.
    set_history_actor(user, None, at)
    user._change_reason = why  # type: ignore[attr-defined]
    user.save()
    User.objects.keep_address(user)
    return user


@transaction.atomic
def set_active(*, user: User, is_active: bool, why: str, at: datetime) -> None:
    """Deactivate an account, which ends its sessions immediately, or reactivate it.

    The history of the account says that the portal itself did this, and `why`.
    """
    user.is_active = is_active
    record_account_change(why, user=user, by=None, at=at, field="is_active")
