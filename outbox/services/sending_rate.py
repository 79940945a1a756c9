"""Send no more mail than the mail server accepts: MAIL_RATE messages a minute, on all machines.

A permit is taken in the database before a message is claimed, by one conditional update (GCRA, the
generic cell rate algorithm). A few permits that were not used are kept. Mailings leave some of
these, so that a letter need not wait for a mailing.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db.models import DateTimeField, ExpressionWrapper, F, Value
from django.db.models.functions import Greatest

from outbox.models import Queue
from outbox.models.sending_rate import SendingRate

MINUTE: Final = timedelta(minutes=1)
# One permit in so many is kept for later, but at least MIN_KEPT.
KEPT_PART: Final = 20
MIN_KEPT: Final = 2


@dataclass(frozen=True)
class Rate:
    """How permits are given, so that no minute has more messages than `per_minute`.

    The permits that are kept and those of a minute together are as many.
    """

    per_minute: int

    @property
    def kept(self) -> int:
        """How many unused permits are kept."""
        return min(max(self.per_minute // KEPT_PART, MIN_KEPT), self.per_minute - 1)

    @property
    def interval(self) -> timedelta:
        """The time from one permit to the next."""
        return MINUTE / (self.per_minute - self.kept)

    def left_for_letters(self, queue: Queue) -> timedelta:
        """How long a message of a queue waits although there are permits."""
        return self.interval * (self.kept // 2) if queue == Queue.BULK else timedelta()


def current_rate() -> Rate | None:
    """Return the rate of the settings; None if it is not limited."""
    return Rate(settings.MAIL_RATE) if settings.MAIL_RATE else None


def take_permit(queue: Queue, *, at: datetime) -> timedelta:
    """Take a permit to send a message of a queue now.

    Returns zero if it was taken, or else the time until the next one.
    """
    rate = current_rate()
    if rate is None:
        return timedelta()
    last = at - rate.left_for_letters(queue)
    full = at - rate.interval * (rate.kept - 1)
    used = ExpressionWrapper(
        Greatest(F("next_at"), Value(full)) + rate.interval, output_field=DateTimeField()
    )
    if SendingRate.objects.filter(pk=1, next_at__lte=last).update(next_at=used):
        return timedelta()
    known = SendingRate.objects.filter(pk=1).values_list("next_at", flat=True).first()
    if known is None:
        # If another process creates the row at the same time, its row stays.
        SendingRate.objects.bulk_create([SendingRate(pk=1, next_at=full)], ignore_conflicts=True)
        return take_permit(queue, at=at)
    return max(known - last, timedelta())
