"""What staff read about retention: how much is due, and which records are deleted next."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.apps import apps
from django.db.models import Count, Min, Q, QuerySet

from core.dates import RESOLUTION
from members.services.response_times import day_in_geneva
from privacy.models import RetentionHold, RetentionPeriod
from privacy.services.retained_rows import RetainedTable, retained_tables
from privacy.services.retention_periods import cutoff_of, deletion_day

# Records are shown for so long before they are deleted.
HORIZON: Final = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionSummary:
    """One retention period, with how many records are due now and soon, and the oldest one."""

    period: RetentionPeriod
    days: int
    due: int
    due_soon: int
    oldest: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RetainedRow:
    """One record, with the day on which it is deleted, and until when it is held."""

    title: str
    ended_on: date
    deleted_on: date
    hold: RetentionHold | None
    hold_model: str
    hold_record: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldRecord:
    """One record that is kept longer, with its name."""

    hold: RetentionHold
    name: str
    last_day: date


def overview(*, at: datetime) -> list[RetentionSummary]:
    """Return all retention periods in the order of their kinds."""
    return [_summary(period, at) for period in RetentionPeriod.objects.order_by("pk")]


def holds_in_force(*, at: datetime) -> list[HeldRecord]:
    """Return the records that are kept longer, the first to end first, with one query a table."""
    holds = list(RetentionHold.objects.in_force(at).order_by("until", "pk"))
    names: dict[tuple[str, int], str] = {}
    for label in sorted({hold.model for hold in holds}):
        keys = [hold.record for hold in holds if hold.model == label]
        found = apps.get_model(label)._default_manager.in_bulk(keys)
        names |= {(label, pk): str(row) for pk, row in found.items()}
    return [
        HeldRecord(
            hold=hold,
            # A record that somebody deleted has no name.
            name=names.get((hold.model, hold.record), str(hold)),
            last_day=day_in_geneva(hold.until - RESOLUTION),
        )
        for hold in holds
    ]


def numbers_to_delete(period: RetentionPeriod, *, at: datetime) -> list[tuple[RetainedTable, int]]:
    """Return the tables of a period, each with the number of records in `rows_to_delete`."""
    return [
        (table, rows_to_delete(period, table, at=at).count())
        for table in retained_tables(period.kind)
    ]


def rows_to_delete(period: RetentionPeriod, table: RetainedTable, *, at: datetime) -> QuerySet[Any]:
    """Return the records that are deleted within the horizon, with those that are held."""
    rows = table.rows().filter(since__lt=cutoff_of(period, at + HORIZON))
    return rows.select_related(*table.related).order_by("since", "pk")


def retained_row(
    period: RetentionPeriod,
    table: RetainedTable,
    row: Any,
    *,
    holds: Mapping[int, RetentionHold],
    at: datetime,
) -> RetainedRow:
    """Return what staff read about one record. `holds` are those of its table, by record."""
    record = table.held_record(row)
    hold = holds.get(record)
    return RetainedRow(
        title=table.title(row),
        ended_on=day_in_geneva(row.since),
        deleted_on=deletion_day(period, row.since, hold=hold, at=at),
        hold=hold,
        hold_model=table.hold_label,
        hold_record=record,
    )


def _summary(period: RetentionPeriod, at: datetime) -> RetentionSummary:
    due, due_soon, oldest = 0, 0, []
    for table in retained_tables(period.kind):
        numbers = table.kept(at=at).aggregate(
            due=Count("pk", filter=Q(since__lt=cutoff_of(period, at))),
            due_soon=Count("pk", filter=Q(since__lt=cutoff_of(period, at + HORIZON))),
            oldest=Min("since"),
        )
        due += numbers["due"]
        due_soon += numbers["due_soon"]
        oldest += [numbers["oldest"]] if numbers["oldest"] else []
    return RetentionSummary(
        period=period,
        days=period.days_at(at),
        due=due,
        due_soon=due_soon,
        oldest=day_in_geneva(min(oldest)) if oldest else None,
    )
