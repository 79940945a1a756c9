"""The whole mails as they came: kept for a while, to look into what went wrong."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from email.message import Message as Mail
from functools import partial
from typing import Final

from django.core.files.storage import default_storage
from django.db import transaction

from core.conflicts import lock_rows
from inbox.models import IncomingFile, IncomingMail
from inbox.services.parsing import Unreadable, content_of, headers, parse_mail
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
def delete_incoming_mail(keys: list[int]) -> int:
    """Delete mails with their files, and return their number.

    The files leave the disk after the commit.
    """
    mails = IncomingMail.objects.filter(pk__in=keys)
    files = IncomingFile.objects.filter(mail__in=keys)
    names = list(files.exclude(file="").values_list("file", flat=True))
    delete_raw(keys)
    files.delete()
    for name in names:
        transaction.on_commit(partial(delete_stored_file, name))
    return mails.delete()[1].get(IncomingMail._meta.label, 0)


def words_of_raw_mail(name: str) -> str:
    """Return a stored mail as it came, and its headers and texts decoded.

    What its attachments contain is not decoded. It is empty if the file is missing.
    """
    try:
        with default_storage.open(name) as file:
            raw: bytes = file.read()
    except OSError:
        return ""
    as_it_came = raw.decode("utf-8", "replace")
    try:
        mail = parse_mail(raw)
    except Unreadable:
        return as_it_came
    return "\n".join([as_it_came, *(word for part in mail.walk() for word in _words_of(part))])


def _words_of(part: Mail) -> Iterator[str]:
    for name in dict.fromkeys(part.keys()):
        yield from headers(part, name)
    if part.get_content_maintype() == "text":
        yield content_of(part)
