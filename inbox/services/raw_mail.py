"""The whole mails as they came: kept for a while, to look into what went wrong."""

from datetime import datetime, timedelta
from functools import partial
from typing import Final

from django.db import transaction

from core.conflicts import lock_rows
from inbox.models import IncomingFile, IncomingMail
from papers.services.stored_files import delete_stored_file

KEPT_FOR: Final = timedelta(days=90)
BATCH_SIZE: Final = 500


@transaction.atomic
def delete_old_raw_mail(*, at: datetime) -> int:
    """Delete the whole mails that came too long ago, and return their number.

    The files leave the disk after the commit.
    """
    old = IncomingMail.objects.filter(received_at__lte=at - KEPT_FOR).exclude(raw="")
    keys = old.order_by("pk").values_list("pk", flat=True)[:BATCH_SIZE]
    return delete_raw(lock_rows(IncomingMail.objects.filter(pk__in=list(keys))))


@transaction.atomic
def delete_raw(keys: list[int]) -> int:
    """Delete the whole mails of some rows, and return their number."""
    mails = IncomingMail.objects.filter(pk__in=keys).exclude(raw="")
    for name in list(mails.values_list("raw", flat=True)):
        transaction.on_commit(partial(delete_stored_file, name))
    return mails.update(raw="")


@transaction.atomic
def delete_incoming_mail(*, reference: str) -> int:
    """Delete the mail that belongs to a member or commitment, with its files.

    Returns the number of mails. Raises ValueError if the reference is empty.
    """
    if not reference:
        raise ValueError("Name the reference to delete.")
    mails = IncomingMail.objects.filter(reference=reference)
    files = IncomingFile.objects.filter(mail__in=mails)
    names = [*files.exclude(file="").values_list("file", flat=True)]
    names += mails.exclude(raw="").values_list("raw", flat=True)
    files.delete()
    for name in names:
        transaction.on_commit(partial(delete_stored_file, name))
    return mails.delete()[1].get(IncomingMail._meta.label, 0)
