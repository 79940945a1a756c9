"""Counts of attempts for rate limits."""

from collections.abc import Iterable
from datetime import datetime

from django.db import connection, models

# Expired counts are deleted when the digest of a new count ends with this: once in 256 on average.
CLEARED_BY = "00"


class AttemptCountQuerySet(models.QuerySet["AttemptCount"]):
    """Counts of attempts. Each row is for one person and one kind of attempt."""

    def count_one_more(
        self, digests: Iterable[str], *, at: datetime, ends_at: datetime
    ) -> dict[str, tuple[int, datetime]]:
        """Increase the count of each digest by one; return the new counts and when they end.

        This is one statement, so that concurrent requests get different numbers. A count that has
        ended starts again and ends at `ends_at`.
        """
        # Sorted, to prevent deadlocks between requests.
        rows = sorted(digests)
        if not rows:
            return {}
        now, later = (connection.ops.adapt_datetimefield_value(time) for time in (at, ends_at))
        table = connection.ops.quote_name(self.model._meta.db_table)
        counted = self.raw(
            f"""
            INSERT INTO {table} (digest, number, ends_at)
            VALUES {", ".join(["(%s, 1, %s)"] * len(rows))}
            ON CONFLICT (digest) DO UPDATE SET
                number = CASE WHEN {table}.ends_at > %s THEN {table}.number + 1 ELSE 1 END,
                ends_at = CASE WHEN {table}.ends_at > %s
                    THEN {table}.ends_at ELSE excluded.ends_at END
            RETURNING digest, number, ends_at
            """,  # noqa: S608
            [*(value for row in rows for value in (row, later)), now, now],
        )
        counts = {row.digest: (row.number, row.ends_at) for row in counted}
        if any(number == 1 and row.endswith(CLEARED_BY) for row, (number, _end) in counts.items()):
            self.filter(ends_at__lte=at).delete()
        return counts


class AttemptCount(models.Model):
    """The number of attempts by one person at one thing, until the count ends."""

    # A digest of what was tried and by whom, so that the row does not name anybody.
    digest = models.CharField(max_length=64, primary_key=True)
    number = models.PositiveIntegerField()
    ends_at = models.DateTimeField()

    objects = AttemptCountQuerySet.as_manager()

    def __str__(self) -> str:
        return self.digest
