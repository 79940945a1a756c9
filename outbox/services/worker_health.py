"""Whether mail moves: what its processes say of themselves, and how long a message has waited."""

import logging
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Case, Count, F, Min, Q, When
from django.utils.formats import date_format
from django.utils.timesince import timesince
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from outbox.models import BEAT, CLOCK_TOLERANCE, Heartbeat, Message, Queue
from outbox.services.template_rendering import FIRST_STRONG_ISOLATE, POP_ISOLATE

logger = logging.getLogger(__name__)

# How often a worker shows that it is alive, and from when on its silence means something: a
# restart takes less.
HEARTBEAT_INTERVAL = timedelta(seconds=15)
WORKER_SILENT = timedelta(minutes=1)
# Some sweeps may be missed, as when the workers restart.
BEAT_SILENT = 4 * settings.SWEEP_EVERY + timedelta(minutes=1)
# Since when a due message should have gone out; a mailing to thousands takes its time.
OVERDUE = {Queue.MAIL: timedelta(minutes=15), Queue.BULK: timedelta(hours=2)}
# Of what a server says; some say a page.
LONGEST_ANSWER = 200
# A worker that was silent this long has gone for good, or has another name now.
HEARTBEAT_RETENTION = timedelta(days=1)


@dataclass(frozen=True)
class WorkerHealth:
    """What is known at one instant of the processes that deliver, and of what waits for them."""

    at: datetime
    beat_at: datetime | None
    # How many workers are alive, by queue.
    workers: dict[str, int]
    # Since when the oldest message that was due has waited, by queue, where one does.
    due_since: dict[str, datetime]
    # How many messages were due and are not sent.
    waiting: int = 0
    # When the mail server last took a message, and with what it takes none now.
    handed_over_at: datetime | None = None
    server_trouble: str | None = None
    # By how much the clocks of processes are ahead of the one that this was read by.
    ahead: dict[str, timedelta] = field(default_factory=dict)

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


@dataclass(frozen=True)
class Backlog:
    """What was due by an instant and is not sent."""

    due_since: dict[str, datetime]
    waiting: int
    is_for_server: bool


def check_health(*, at: datetime) -> WorkerHealth:
    """Ask the database how mail is moving; three statements, or four where the server is ill."""
    heartbeats = list(Heartbeat.objects.order_by("pk"))
    workers = Counter(dict.fromkeys(Queue.values, 0))
    for heartbeat in heartbeats:
        if heartbeat.name != BEAT and at - heartbeat.at <= WORKER_SILENT:
            workers[heartbeat.queue] += 1
    handed_over_at = Message.objects.last_handed_over_at()
    backlog = backlog_of(at=at, handed_over_at=handed_over_at)
    return WorkerHealth(
        at=at,
        beat_at=next((each.at for each in heartbeats if each.name == BEAT), None),
        workers=dict(workers),
        due_since=backlog.due_since,
        waiting=backlog.waiting,
        handed_over_at=handed_over_at,
        server_trouble=_last_trouble() if backlog.is_for_server else None,
        ahead=clocks_ahead(heartbeats, at),
    )


def backlog_of(*, at: datetime, handed_over_at: datetime | None) -> Backlog:
    """Ask since when the oldest message of each queue that was due has waited, and how many do.

    What its recipient's server takes later counts from when it is due again: that server asked
    for it. Where several wait so, and nothing has been handed over since they were due, our own
    server may be saying it to everybody, and they count like the others.
    """
    put_off = Q(attempts__gt=0, server_trouble_at=None)
    nothing_since = Q(first_due_at__gt=handed_over_at) if handed_over_at else Q()
    rows = (
        Message.objects.due_by(at)
        .values("queue")
        .annotate(
            number=Count("pk"),
            for_server=Count("server_trouble_at"),
            since=Min(
                Case(When(put_off, then=F("due_at")), default=F("first_due_at")),
                filter=~put_off | Q(due_at__lte=at),
            ),
            recipients=Count("recipient", distinct=True, filter=put_off & nothing_since),
            put_off_since=Min("first_due_at", filter=put_off & nothing_since),
        )
        .order_by("queue")
    )
    due_since = {}
    for row in rows:
        instants = [row["since"], row["put_off_since"] if row["recipients"] > 1 else None]
        if known := [instant for instant in instants if instant]:
            due_since[row["queue"]] = min(known)
    return Backlog(
        due_since=due_since,
        waiting=sum(row["number"] for row in rows),
        is_for_server=any(row["for_server"] for row in rows),
    )


def _last_trouble() -> str | None:
    """Return with what words the mail server last took no mail from us, while messages wait."""
    waiting = Message.objects.waiting().filter(server_trouble_at__isnull=False)
    answers = waiting.order_by("-server_trouble_at", "-pk").values_list(
        "server_response", flat=True
    )
    return answers.first()


def watch_clocks(*, at: datetime) -> None:
    """Write to the log whose clock is ahead, by what they showed last."""
    clocks_ahead(Heartbeat.objects.filter(at__gt=at + CLOCK_TOLERANCE).order_by("pk"), at)


def clocks_ahead(heartbeats: Iterable[Heartbeat], at: datetime) -> dict[str, timedelta]:
    """Return by how much clocks are ahead, by process, and write it to the log.

    Nobody was last alive in the future: either that clock is wrong or the one that says `at`.
    """
    ahead = {
        heartbeat.name: heartbeat.at - at
        for heartbeat in heartbeats
        if heartbeat.at - at > CLOCK_TOLERANCE
    }
    for name, lead in ahead.items():
        logger.warning("The clock of %s is %d seconds ahead", name, lead.total_seconds())
    return ahead


def health_warnings(pulse: WorkerHealth) -> list[str]:
    """Return one sentence for staff on each thing that keeps mail from moving."""
    found = []
    if pulse.server_trouble is not None:
        found.append(_nothing_handed_over(pulse, pulse.server_trouble))
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
    found += [
        _("The clock of “%(name)s” is %(age)s ahead of the one of the web server.")
        % {"name": name, "age": timesince(pulse.at, pulse.at + lead)}
        for name, lead in pulse.ahead.items()
    ]
    return found


def _nothing_handed_over(pulse: WorkerHealth, answer: str) -> str:
    """Say that the mail server takes nothing, since when, and what it says."""
    facts = {
        "count": pulse.waiting,
        "answer": f"{FIRST_STRONG_ISOLATE}{answer[:LONGEST_ANSWER]}{POP_ISOLATE}",
    }
    if pulse.handed_over_at is None:
        sentence = ngettext(
            "No mail has been accepted yet; %(count)d waits; last answer: %(answer)s",
            "No mail has been accepted yet; %(count)d wait; last answer: %(answer)s",
            pulse.waiting,
        )
        return sentence % facts
    since, now = localtime(pulse.handed_over_at), localtime(pulse.at)
    is_today = since.date() == now.date()
    form = pgettext("format of a time of the day", "H:i") if is_today else _("j F Y, H:i")
    sentence = ngettext(
        "No mail has been accepted since %(time)s; %(count)d waits; last answer: %(answer)s",
        "No mail has been accepted since %(time)s; %(count)d wait; last answer: %(answer)s",
        pulse.waiting,
    )
    return sentence % {**facts, "time": date_format(since, form)}


def show_beat_alive(*, at: datetime) -> None:
    """Write down that beat and a worker have just run a sweep."""
    _show(BEAT, [""], at)


def show_worker_alive(*, name: str, queues: Iterable[str], at: datetime) -> None:
    """Write down that a worker takes messages from some queues."""
    _show(name, queues, at)


def delete_stale_heartbeats(*, at: datetime) -> None:
    """Throw away the heartbeats of workers that were not heard of for a day."""
    Heartbeat.objects.exclude(name=BEAT).filter(at__lt=at - HEARTBEAT_RETENTION).delete()


def _show(name: str, queues: Iterable[str], at: datetime) -> None:
    """Write one row for each queue in one statement, so that two at once do not meet."""
    Heartbeat.objects.bulk_create(
        [Heartbeat(name=name, queue=queue, at=at) for queue in queues],
        update_conflicts=True,
        unique_fields=["name", "queue"],
        update_fields=["at"],
    )
