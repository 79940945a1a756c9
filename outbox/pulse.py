"""Whether mail moves: what its processes say of themselves, and how long a message has waited."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.utils.timesince import timesince
from django.utils.translation import gettext as _

from outbox.models import BEAT, Heartbeat, Message, Queue

# How often a worker shows that it is alive, and from when on its silence means something: a
# restart takes less.
SHOWN_EVERY = timedelta(seconds=15)
WORKER_SILENT = timedelta(minutes=1)
# Some sweeps may be missed, as when the workers restart.
BEAT_SILENT = 4 * settings.SWEEP_EVERY + timedelta(minutes=1)
# Since when a due message should have gone out; a mailing to thousands takes its time.
OVERDUE = {Queue.MAIL: timedelta(minutes=15), Queue.BULK: timedelta(hours=2)}
# A worker that was silent this long has gone for good, or has another name now.
FORGOTTEN = timedelta(days=1)


@dataclass(frozen=True)
class Pulse:
    """What is known at one instant of the processes that deliver, and of what waits for them."""

    at: datetime
    beat_at: datetime | None
    # How many workers are alive, by queue.
    workers: dict[str, int]
    # Since when the oldest due message has waited, by queue, where one does.
    due_since: dict[str, datetime]

    @property
    def beat_is_silent(self) -> bool:
        """Whether nothing that waits is swept up any more."""
        return self.beat_at is None or self.at - self.beat_at > BEAT_SILENT

    @property
    def unserved(self) -> list[Queue]:
        """The queues that no worker takes messages from."""
        return [queue for queue in Queue if not self.workers[queue]]

    @property
    def overdue(self) -> list[Queue]:
        """The queues whose oldest due message should have gone out long ago."""
        return [
            queue
            for queue in Queue
            if queue in self.due_since and self.at - self.due_since[queue] > OVERDUE[queue]
        ]

    @property
    def oldest_due(self) -> datetime | None:
        """Since when the oldest due message of all has waited."""
        return min(self.due_since.values(), default=None)


def take_pulse(*, at: datetime) -> Pulse:
    """Ask the database how mail is moving; two statements, whatever there is."""
    beat_at = None
    workers = Counter(dict.fromkeys(Queue.values, 0))
    for heartbeat in Heartbeat.objects.order_by("pk"):
        if heartbeat.name == BEAT:
            beat_at = heartbeat.at
        elif at - heartbeat.at <= WORKER_SILENT:
            workers[heartbeat.queue] += 1
    return Pulse(
        at=at, beat_at=beat_at, workers=dict(workers), due_since=Message.objects.due_since(at)
    )


def troubles(pulse: Pulse) -> list[str]:
    """Return one sentence for staff on each thing that keeps mail from moving."""
    found = []
    if pulse.beat_at is None:
        found.append(_("The sweep, which picks up what was left, has not run yet."))
    elif pulse.beat_is_silent:
        found.append(
            _("The sweep, which picks up what was left, last ran %(age)s ago.")
            % {"age": timesince(pulse.beat_at, pulse.at)}
        )
    without = {
        Queue.MAIL: _("No worker delivers letters (queue “mail”)."),
        Queue.BULK: _("No worker delivers mailings (queue “bulk”)."),
    }
    waiting = {
        Queue.MAIL: _("The oldest letter that is due has waited for %(age)s."),
        Queue.BULK: _("The oldest message of a mailing that is due has waited for %(age)s."),
    }
    found += [without[queue] for queue in pulse.unserved]
    found += [
        waiting[queue] % {"age": timesince(pulse.due_since[queue], pulse.at)}
        for queue in pulse.overdue
    ]
    return found


def show_beat_alive(*, at: datetime) -> None:
    """Write down that beat and a worker have just run a sweep."""
    _show(BEAT, [""], at)


def show_worker_alive(*, name: str, queues: Iterable[str], at: datetime) -> None:
    """Write down that a worker takes messages from some queues."""
    _show(name, queues, at)


def forget_the_silent(*, at: datetime) -> None:
    """Throw away the heartbeats of workers that were not heard of for a day."""
    Heartbeat.objects.exclude(name=BEAT).filter(at__lt=at - FORGOTTEN).delete()


def _show(name: str, queues: Iterable[str], at: datetime) -> None:
    """Write one row for each queue in one statement, so that two at once do not meet."""
    Heartbeat.objects.bulk_create(
        [Heartbeat(name=name, queue=queue, at=at) for queue in queues],
        update_conflicts=True,
        unique_fields=["name", "queue"],
        update_fields=["at"],
    )
