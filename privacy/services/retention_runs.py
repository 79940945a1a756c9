"""Deletes what is due: in small transactions, so that a run can stop anywhere and be repeated."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from core.conflicts import lock, lock_rows
from core.history import set_history_actor
from members.services.response_times import day_in_geneva
from privacy.models import RetentionPeriod, RetentionRun
from privacy.services.retained_rows import RetainedTable, retained_tables
from privacy.services.retention_periods import cutoff_of

# The next run continues. A task may take a minute.
TIME_BUDGET: Final = timedelta(seconds=20)

logger = logging.getLogger(__name__)


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
