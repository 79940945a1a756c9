"""The default time of tests."""

from datetime import UTC, datetime

# A Monday within the call that CallFactory makes.
NOON = datetime(2021, 10, 25, 12, tzinfo=UTC)
