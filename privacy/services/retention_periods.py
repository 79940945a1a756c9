"""Retention periods: what staff change and read, what is kept longer, and what is deleted when.

All days are those of Geneva. A record of a day is kept for the whole days of its period after that
day, and is deleted on the day after them. Records are deleted in small transactions, so that a run
can stop anywhere and be repeated.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.apps import apps
from django.db import transaction
from django.db.models import Count, Min, Q, QuerySet, Value
from django.utils.translation import gettext as _

from accounts.models import User
from core.conflicts import NothingChanged, Refused, lock, lock_rows
from core.dates import GENEVA, RESOLUTION, format_date, start_of_day
from core.history import set_history_actor
from members.services.response_times import day_in_geneva
from privacy.models import MAX_DAYS, NOTICE_PERIOD, RetentionHold, RetentionPeriod, RetentionRun
from privacy.services.retained_rows import RetainedTable, retained_tables

# Ten years. It only catches typing errors; a hold can be extended.
LONGEST_HOLD: Final = timedelta(days=3660)
# The next run continues. A task may take a minute.
TIME_BUDGET: Final = timedelta(seconds=20)
logger = logging.getLogger(__name__)
# Records are shown for so long before they are deleted.
HORIZON: Final = timedelta(days=30)


@transaction.atomic
def change_retention_days(
    *, period: RetentionPeriod, days: int, by: User, at: datetime
) -> RetentionPeriod:
    """Change how long a kind of data is kept.

    More days hold at once. Fewer days hold after the notice period, so that staff can see what
    will be deleted. Raises Refused (days_not_allowed) and NothingChanged.
    """
    lock(period)
    if not period.rule.min_days <= days <= MAX_DAYS:
        raise Refused(
            _("Enter a number of days from %(lowest)d to %(highest)d.")
            % {"lowest": period.rule.min_days, "highest": MAX_DAYS},
            code="days_not_allowed",
        )
    if days == period.days:
        raise NothingChanged

    in_force = period.days_at(at)
    is_shorter = days < in_force
    period.days = days
    period.previous_days = in_force if is_shorter else None
    period.previous_until = end_of_notice(at) if is_shorter else None
    set_history_actor(period, by, at)
    period.save(update_fields=["days", "previous_days", "previous_until"])
    return period


def end_of_notice(at: datetime) -> datetime:
    """Return the beginning of the first day in Geneva after the notice period."""
    return start_of_day(day_in_geneva(at + NOTICE_PERIOD) + timedelta(days=1), GENEVA)


def cutoff_of(period: RetentionPeriod, at: datetime) -> datetime:
    """Return the time before which a record must have ended to be deleted at a time."""
    return start_of_day(day_in_geneva(at) - timedelta(days=period.days_at(at)), GENEVA)


def deletion_day(
    period: RetentionPeriod, since: datetime, *, hold: RetentionHold | None, at: datetime
) -> date:
    """Return the day on which a record is deleted, today if it is overdue."""
    day = _deletion_day(since, period.days)
    if period.previous_days is not None and period.previous_until is not None:
        changed_on = day_in_geneva(period.previous_until)
        day = min(_deletion_day(since, period.previous_days), max(day, changed_on))
    first = [day_in_geneva(at), day_in_geneva(period.begins_at)]
    if hold is not None:
        first.append(day_in_geneva(hold.until))
    return max(day, *first)


def _deletion_day(since: datetime, days: int) -> date:
    return day_in_geneva(since) + timedelta(days=days + 1)


def allowed_hold_days(at: datetime) -> tuple[date, date]:
    """Return the first and the last day until which a record can be kept.

    The first one leaves the notice period, also when a hold is shortened.
    """
    today = day_in_geneva(at)
    return today + NOTICE_PERIOD, today + LONGEST_HOLD


@transaction.atomic
def keep_longer(
    *, model: str, record: int, reason: str, last_day: date, by: User, at: datetime
) -> RetentionHold:
    """Keep a record until the end of a day, or change until when and why it is kept.

    Raises Refused (hold_day_not_allowed).
    """
    first, last = allowed_hold_days(at)
    if not first <= last_day <= last:
        raise Refused(
            _("Choose a day from %(first)s to %(last)s.")
            % {"first": format_date(first), "last": format_date(last)},
            code="hold_day_not_allowed",
        )
    # Locked, so that no run that has read the holds before deletes the record afterwards.
    lock_rows(RetentionPeriod.objects.all())
    rows = RetentionHold.objects.select_for_update()
    hold = rows.filter(model=model, record=record).first()
    hold = hold or RetentionHold(model=model, record=record)
    hold.reason = reason
    hold.until = start_of_day(last_day + timedelta(days=1), GENEVA)
    hold.placed_at, hold.placed_by, hold.placed_by_name = at, by, str(by)
    set_history_actor(hold, by, at)
    hold.save()
    return hold


def hold_of(model: str, record: int) -> RetentionHold | None:
    """Return the hold of a record, also if it has ended."""
    return RetentionHold.objects.filter(model=model, record=record).first()


def delete_due(*, clock: Callable[[], datetime]) -> int:
    """Delete what is due, until the time budget is used up, and return the number of records."""
    begin = clock()
    deleted = 0
    for period in RetentionPeriod.objects.filter(begins_at__lte=begin).order_by("pk"):
        number = 0
        for table in retained_tables(period.kind):
            while clock() < begin + TIME_BUDGET:
                batch = delete_batch(period, table, at=clock())
                number += batch
                if not batch:
                    break
        RetentionPeriod.objects.filter(pk=period.pk).update(checked_at=begin)
        if number:
            # Only a number: a log must not say whose data it was.
            logger.info("Retention period of %s: %d deleted", period.kind, number)
        deleted += number
    return deleted


@transaction.atomic
def delete_batch(period: RetentionPeriod, table: RetainedTable, *, at: datetime) -> int:
    """Delete some of the records of a table that are due, and return and record how many."""
    # Locked, so that two runs do not delete the same, and a change of the days waits.
    lock(period)
    due = table.due(cutoff_of(period, at), at=at).order_by("since", "pk")
    found = list(due.values_list("pk", flat=True)[: table.batch_size])
    # Read again under the lock: a member may have been reopened in the meantime.
    if not table.is_unchanging:
        lock_rows(table.model._default_manager.filter(pk__in=found))
    pks = list(due.filter(pk__in=found).values_list("pk", flat=True))
    if pks:
        table.delete(pks, at)
        _record(period, len(pks), at)
    return len(pks)


def _record(period: RetentionPeriod, number: int, at: datetime) -> None:
    """Add to the number of the day. The lock of the period prevents a second row."""
    day = day_in_geneva(at)
    run = RetentionRun.objects.filter(kind=period.kind, day=day).first()
    run = run or RetentionRun(kind=period.kind, day=day, number=0)
    run.number += number
    set_history_actor(run, None, at)
    run.save()


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
    tables = retained_tables(period.kind)
    # One query for all tables: there are as many as models with a history.
    first, *others = (
        rows_to_delete(period, table, at=at)
        .order_by()
        .values(table=Value(position))
        .annotate(number=Count("pk"))
        .values_list("table", "number")
        for position, table in enumerate(tables)
    )
    numbers = dict(first.union(*others, all=True))
    return [(table, numbers.get(position, 0)) for position, table in enumerate(tables)]


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
