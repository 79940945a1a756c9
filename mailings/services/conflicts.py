"""A mailing while somebody changes it: locked, compared with what they saw, saved."""

from datetime import datetime

from accounts.models import User
from core.history import attribute_history
from mailings.models import Mailing
from mailings.services.exceptions import MailingConflict


def lock(mailing: Mailing) -> None:
    """Refresh a mailing and lock its row until the transaction ends; its key stays as it is."""
    mailing.refresh_from_db(from_queryset=Mailing.objects.select_for_update(no_key=True))


def check_version(mailing: Mailing, version: int) -> None:
    """Compare a locked mailing with the version that the person had on screen.

    Raises MailingConflict where it has moved on.
    """
    if mailing.version != version:
        raise MailingConflict(mailing)


def save_next_version(mailing: Mailing, *fields: str, by: User | None, at: datetime) -> None:
    """Save a new mailing, or some fields of a locked one as its next version, for somebody."""
    attribute_history(mailing, by, at)
    if mailing.pk is None:
        mailing.save()
        return
    mailing.version += 1
    mailing.save(update_fields=[*fields, "version"])
