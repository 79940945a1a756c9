from datetime import timedelta

from members.models import Call
from tests.factories import NOON, CallFactory

NEXT_YEAR = NOON + timedelta(days=365)


def call(*, opens, closes, grace):
    """A call by days and seconds around the same time in the next year."""
    return CallFactory(
        opens_at=NEXT_YEAR + opens, closes_at=NEXT_YEAR + closes, grace_ends_at=NEXT_YEAR + grace
    )


DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
NOW = timedelta()


def test_call_is_upcoming_open_or_closed_at_an_instant():
    circulars = Call.objects.get()
    open_call = call(opens=NOW, closes=DAY, grace=DAY)
    in_its_grace = call(opens=-9 * DAY, closes=NOW, grace=SECOND)
    later = call(opens=2 * DAY, closes=3 * DAY, grace=3 * DAY)
    next_one = call(opens=SECOND, closes=DAY, grace=DAY)
    over = call(opens=-9 * DAY, closes=-DAY, grace=NOW)

    assert list(Call.objects.open_at(NEXT_YEAR)) == [open_call, in_its_grace]
    assert list(Call.objects.upcoming(NEXT_YEAR)) == [next_one, later]
    assert list(Call.objects.closed(NEXT_YEAR)) == [over, circulars]
