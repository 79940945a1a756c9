"""Counts of attempts, for rate limits."""

from collections.abc import Iterable
from datetime import datetime

from django.db import connection, models

# One key in so many has what has ended thrown away.
CLEARED_BY = "00"


class AttemptCountQuerySet(models.QuerySet["AttemptCount"]):
    """Counts of attempts, each row for one person and one thing."""

    def count_one_more(
        self, digests: Iterable[str], *, at: datetime, ends_at: datetime
    ) -> dict[str, tuple[int, datetime]]:
        """Count one more for each digest; return how many that makes, and until when.

        In one statement, so that of two at once each gets a number of its own. A count that has
        ended begins again and ends at `ends_at`.
        """
        # In one order, so that two requests never wait for one another in a circle.
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
    """How often somebody tried something, until the count ends."""

    # Of what was tried, and by whom: the row names nobody.
    digest = models.CharField(max_length=64, primary_key=True)
    number = models.PositiveIntegerField()
    ends_at = models.DateTimeField()

    objects = AttemptCountQuerySet.as_manager()

    def __str__(self) -> str:
        return self.digest
