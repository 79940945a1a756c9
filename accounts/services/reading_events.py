"""Record which staff read which records with personal data, for observers."""

import logging
from collections.abc import Iterable
from datetime import datetime
from typing import Final, NamedTuple

from django.db import Error

from accounts.models import ReadingEvent, ReadingKind, User
from core.dates import start_of_quarter_hour

logger = logging.getLogger(__name__)

# The key of an export, which contains many records.
MANY_RECORDS: Final = 0


class RecordRead(NamedTuple):
    """A record that was read: the label of its model, its key, and how it was read."""

    record_type: str
    record_pk: int
    kind: ReadingKind = ReadingKind.PAGE


def record_reading(records: Iterable[RecordRead], *, by: User, at: datetime) -> None:
    """Record with one statement that a person read some records.

    The same record in the same quarter of an hour is stored once. If the database refuses the
    statement, the page is shown all the same.
    """
    events = [
        ReadingEvent(at=at, quarter_at=start_of_quarter_hour(at), by=by, **record._asdict())
        for record in records
    ]
    try:
        ReadingEvent.objects.bulk_create(events, ignore_conflicts=True)
    except Error as trouble:
        logger.warning("A reading was not recorded: %s", type(trouble).__name__)
