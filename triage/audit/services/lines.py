"""The audit as files: spreadsheets of what the page shows, and lines of JSON with all events."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import Any, Final

from django.db.models import Model
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.models import EventDigest, ListReading, ReadingEvent, SignInEvent
from core.conflicts import Refused
from core.spreadsheets import Cell
from triage.audit.services.sources import (
    MAX_CHANGES,
    AuditRow,
    AuditSource,
    describe,
    keys_of,
    sources,
)

BATCH_SIZE: Final = 500


def whole_lines(*, since: datetime, until: datetime) -> Iterator[str]:
    """Yield what happened in a period as JSON, the oldest first, with all that the page shows.

    The last line has the number of the others, so that a file that is cut off can be recognised.
    """
    number = 0
    for _moment, facts in audit_lines(since=since, until=until, is_whole=True):
        number += 1
        yield as_json(facts)
    yield as_json({"lines": number})


def audit_lines(
    *, since: datetime, until: datetime, is_whole: bool
) -> Iterator[tuple[datetime, dict[str, Any]]]:
    """Yield the time and the facts of each line, in English; `until` is exclusive.

    Lines that are not whole leave out what an erasure could not reach elsewhere: names of records,
    notes, and old and new values. `id` is the same in both.
    """
    every = [*sources(), *event_sources()]
    found = keys_of(every, {"since": since, "until": until}).iterator(BATCH_SIZE)
    while keys := list(islice(found, BATCH_SIZE)):
        with override("en"):
            lines = [
                (row.at, _facts(source, pk, row, is_whole=is_whole))
                for source, pk, row in describe(every, keys)
            ]
        yield from lines


def as_json(facts: dict[str, Any]) -> str:
    """Return one line, without its end."""
    return json.dumps(facts, ensure_ascii=False, default=str)


def spreadsheet_lines(
    chosen: Sequence[AuditSource], asked: Mapping[str, Any]
) -> list[Sequence[Cell]]:
    """Return a heading row, and a row for each changed value, the newest change first.

    Raises Refused if there are more changes than the pages of the audit show.
    """
    keys = list(keys_of(chosen, asked, direction="-")[: MAX_CHANGES + 1])
    if len(keys) > MAX_CHANGES:
        said = _("There are more than %(number)d changes. Choose fewer days.")
        raise Refused(said % {"number": MAX_CHANGES}, code="too_many_changes")
    facts, values = (_("When"), _("Who"), _("Record"), _("What")), (_("Old value"), _("New value"))
    lines: list[Sequence[Cell]] = [(*facts, _("Field"), *values, _("Note"))]
    for _source, _pk, row in describe(chosen, keys):
        for each in row.fields or [{}]:
            old, new = each.get("old", each.get("removed")), each.get("new", each.get("added"))
            change = map(str, (capfirst(each.get("field", "")), old or "", new or ""))
            who = row.by or _("the portal")
            lines.append((row.at, who, row.record, row.what, *change, row.note))
    return lines


def event_sources() -> list[AuditSource]:
    """Return the tables of events, which the audit page leaves to their own lists."""
    return [
        _event_source(
            SignInEvent, "user", "account_kind", "method", "outcome", "browser", "network"
        ),
        _event_source(ReadingEvent, "by", "record_type", "record_pk", "kind"),
        _event_source(ListReading, "by", "day", "record_type", "kind", "pages", "row_count"),
        _event_source(EventDigest, "", "table", "day", "number", "sha256", "seal"),
    ]


def _event_source(model: type[Model], account: str, *columns: str) -> AuditSource:
    name = capfirst(str(model._meta.verbose_name))

    def tell(events: list[Any]) -> Iterator[AuditRow]:
        for event in events:
            by = getattr(event, account) if account else None
            facts = {column: getattr(event, column) for column in columns}
            yield AuditRow(at=event.at, by=str(by or ""), what=name, record="", facts=facts)

    rows = model._default_manager.select_related(*[account] if account else [])
    return AuditSource(key=model._meta.label_lower, label=name, rows=rows, tell=tell)


def _facts(source: AuditSource, pk: int, row: AuditRow, *, is_whole: bool) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "id": f"{source.key}-{pk}",
        "at": row.at.astimezone(UTC).isoformat(),
        "by": row.by,
        "what": row.what,
        "address": row.address,
        **row.facts,
    }
    if is_whole:
        return facts | {"record": row.record, "fields": row.fields, "note": row.note}
    # An account without a name is named by its address.
    by = "" if "@" in row.by else row.by
    return facts | {"by": by, "fields": [each["field"] for each in row.fields]}
