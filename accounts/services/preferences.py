"""The preferences of a member of staff: language, time zone and daily digest."""

from datetime import datetime

from django.db import transaction

from accounts.models import User
from core.conflicts import lock
from core.history import set_history_actor


@transaction.atomic
def save_preferences(
    *, user: User, language: str, time_zone: str, wants_digest: bool, by: User, at: datetime
) -> User:
    """Save a user's preferences. Nothing is saved if they are unchanged."""
    lock(user)
    wanted = {"language": language, "time_zone": time_zone, "wants_digest": wants_digest}
    changed = [name for name, value in wanted.items() if getattr(user, name) != value]
    if changed:
        for name in changed:
            setattr(user, name, wanted[name])
        set_history_actor(user, by, at)
        user.save(update_fields=changed)
    return user
