"""The daily digests of events: made once a day has ended, and compared by `manage.py verify`.

Each seal covers all digests of its table until then, so the latest valid seal vouches for them all,
also if a former SECRET_KEY is forgotten. Who can change the database, but does not have the key,
can change no event and no digest without a trace. Retention deletes events and keeps digests.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from django.conf import settings
from django.db.models import Min, Model
from django.utils.crypto import constant_time_compare, salted_hmac

from accounts.models import EventDigest, ReadingEvent, SignInEvent
from privacy.models import DataExport, RetentionKind, RetentionPeriod
from privacy.services.retention_periods import cutoff_of

SALT: Final = "privacy.event_digests"
DAY: Final = timedelta(days=1)
# An event is stored some time after its own time.
SETTLED_AFTER: Final = timedelta(hours=1)
# A run continues where the last one ended.
MAX_DAYS: Final = 100
BATCH_SIZE: Final = 2000


@dataclass(frozen=True, slots=True)
class EventTable:
    """A table whose rows are never changed, but for the columns that an erasure replaces.

    A column that is added to a model is not added to `columns`, or former digests disagree.
    """

    model: type[Model]
    columns: tuple[str, ...]
    retention: RetentionKind | None = None
    erasable: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """The label of the model."""
        return self.model._meta.label


EVENT_TABLES: Final = (
    EventTable(
        SignInEvent,
        (
            *("id", "at", "user_id", "account_kind", "method", "outcome"),
            *("browser", "network", "quarter_at"),
        ),
        retention=RetentionKind.SIGN_IN_EVENTS,
    ),
    EventTable(
        ReadingEvent,
        ("id", "at", "quarter_at", "by_id", "record_type", "record_pk", "kind"),
        retention=RetentionKind.READING_EVENTS,
    ),
    EventTable(
        DataExport,
        ("id", "at", "by_id", "is_own", "format"),
        erasable=("by_name", "address"),
    ),
)


def make_digests(*, at: datetime) -> None:
    """Store the digests of the days that have ended, from the day of the first event on."""
    before = (at - SETTLED_AFTER).astimezone(UTC).date()
    for table in EVENT_TABLES:
        _make_digests_of(table, before, at)


def _make_digests_of(table: EventTable, before: date, at: datetime) -> None:
    day, chain = _first_day(table), b""
    for digest in _digests(table):
        day, chain = digest.day + DAY, _linked(chain, digest)
    made: list[EventDigest] = []
    while day is not None and day < before and len(made) < MAX_DAYS:
        number, sha256 = _content(table, day)
        digest = EventDigest(table=table.label, day=day, number=number, sha256=sha256, at=at)
        chain = _linked(chain, digest)
        digest.seal = _seals(chain)[0]
        made.append(digest)
        day += DAY
    # Another run may have made the same ones.
    EventDigest.objects.bulk_create(made, ignore_conflicts=True)


def changed_digests(*, at: datetime) -> Iterator[str]:
    """Yield which day of which table does not agree with its digest, without personal data."""
    for table in EVENT_TABLES:
        digests = list(_digests(table))
        chain, vouched_for = b"", 0
        for position, digest in enumerate(digests, start=1):
            chain = _linked(chain, digest)
            if any(constant_time_compare(digest.seal, seal) for seal in _seals(chain)):
                vouched_for = position
        if vouched_for < len(digests):
            yield f"{digests[vouched_for]}: its digest was changed, or the one before is missing"
        complete_since = _complete_since(table, at)
        for digest in digests[:vouched_for]:
            if complete_since is None or _start(digest.day) >= complete_since:
                number, sha256 = _content(table, digest.day)
                if number != digest.number:
                    yield f"{digest}: {number} events instead of {digest.number}"
                elif sha256 != digest.sha256:
                    yield f"{digest}: an event was changed"


def days_without_digest(*, at: datetime) -> Iterator[str]:
    """Yield since when a table has events without a digest, if the task is behind by a day."""
    for table in EVENT_TABLES:
        latest = EventDigest.objects.filter(table=table.label).order_by("-day").first()
        events = table.model._default_manager.filter(at__lt=at - SETTLED_AFTER - 2 * DAY)
        if latest is not None:
            events = events.filter(at__gte=_start(latest.day + DAY))
        first = events.aggregate(first=Min("at"))["first"]
        if first is not None:
            yield f"{table.label}: no digests since {first.astimezone(UTC).date().isoformat()}"


def _digests(table: EventTable) -> Any:
    return EventDigest.objects.filter(table=table.label).order_by("day")


def _first_day(table: EventTable) -> date | None:
    first: datetime | None = table.model._default_manager.aggregate(first=Min("at"))["first"]
    return None if first is None else first.astimezone(UTC).date()


def _start(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=UTC)


def _content(table: EventTable, day: date) -> tuple[int, str]:
    """Return the number of events of a day, and a hash of their columns in the order of keys."""
    rows = table.model._default_manager.filter(at__gte=_start(day), at__lt=_start(day + DAY))
    number, digest = 0, hashlib.sha256()
    for row in rows.order_by("pk").values_list(*table.columns).iterator(BATCH_SIZE):
        number += 1
        digest.update(json.dumps(row, default=str).encode() + b"\n")
    return number, digest.hexdigest()


def _linked(chain: bytes, digest: EventDigest) -> bytes:
    facts = (chain.hex(), digest.table, digest.day.isoformat(), digest.number, digest.sha256)
    return hashlib.sha256(json.dumps(facts).encode()).digest()


def _seals(chain: bytes) -> list[str]:
    """Return the seals of a chain by the present key, and by each former one that still holds."""
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return [salted_hmac(SALT, chain, secret=key, algorithm="sha256").hexdigest() for key in keys]


def _complete_since(table: EventTable, at: datetime) -> datetime | None:
    """Return the time since which retention can have deleted no event; None if it deletes none.

    A period that is longer now may have been shorter.
    """
    period = RetentionPeriod.objects.filter(kind=table.retention or "").first()
    if period is None:
        return None
    history: Any = period
    versions = list(history.history.order_by("history_id"))
    ends = [version.history_date for version in versions[1:]]
    cutoffs = [
        cutoff_of(version.instance, end) for version, end in zip(versions, ends, strict=False)
    ]
    return max([cutoff_of(period, at), *cutoffs])
