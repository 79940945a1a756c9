"""Records in the history of an account what no field of it shows."""

from datetime import datetime

from accounts.models import User
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
