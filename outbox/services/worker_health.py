"""Check whether mail is being delivered, from heartbeats and the age of the oldest due message."""

import logging
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Case, Count, F, Max, Min, Q, When
from django.utils.formats import date_format
from django.utils.timesince import timesince
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from outbox.models import BEAT, CLOCK_TOLERANCE, Heartbeat, Message, Queue
from outbox.services.delivery import PROBE_EVERY
from outbox.services.template_rendering import FIRST_STRONG_ISOLATE, POP_ISOLATE

logger = logging.getLogger(__name__)

# How often a worker writes its heartbeat, and after which time without one it counts as down. A
# restart takes less.
HEARTBEAT_INTERVAL = timedelta(seconds=15)
WORKER_SILENT = timedelta(minutes=1)
# A few sweeps may be missed, for example when the workers restart.
BEAT_SILENT = 4 * settings.SWEEP_EVERY + timedelta(minutes=1)
# After which time a due message is overdue. A mailing to thousands takes longer.
OVERDUE = {Queue.MAIL: timedelta(minutes=15), Queue.BULK: timedelta(hours=2)}
# In characters, since some servers answer with a page of text.
LONGEST_ANSWER = 200
# A worker without a heartbeat for this long was removed or renamed.
HEARTBEAT_RETENTION = timedelta(days=1)


@dataclass(frozen=True)
class WorkerHealth:
    """The state at one time of the processes that deliver mail, and of the messages that wait."""

    at: datetime
    beat_at: datetime | None
    # The number of workers that are alive, by queue.
    workers: dict[str, int]
    # Since when the oldest due message has waited, by queue; queues without one are left out.
    due_since: dict[str, datetime]
    # The number of messages that are due and not sent.
    waiting: int = 0
    # When the mail server last accepted a message, and its answer if a probe failed since.
    handed_over_at: datetime | None = None
    server_trouble: str | None = None
    # By how much the clocks of other processes are ahead of this one, by process.
    ahead: dict[str, timedelta] = field(default_factory=dict)

    @property
    def beat_is_silent(self) -> bool:
        """Whether the sweep has stopped."""
        return self.beat_at is None or self.at - self.beat_at > BEAT_SILENT

    @property
    def unserved(self) -> list[Queue]:
        """The queues without a worker."""
        return [queue for queue in Queue if not self.workers[queue]]

    @property
    def overdue(self) -> list[Queue]:
        """The queues whose oldest due message is overdue."""
        return [
            queue
            for queue in Queue
            if queue in self.due_since and self.at - self.due_since[queue] > OVERDUE[queue]
        ]

    @property
    def oldest_due(self) -> datetime | None:
        """Since when the oldest due message of all queues has waited."""
        return min(self.due_since.values(), default=None)


@dataclass(frozen=True)
class Backlog:
    """The messages that were due at a time and are not sent."""

    due_since: dict[str, datetime]
    waiting: int
    # When the last of these was refused because the mail server accepts none.
    server_trouble_at: datetime | None

    def shows_trouble(self, handed_over_at: datetime | None) -> bool:
        """Return whether the mail server refused a probe.

        A probe comes a minute after the first trouble. Until then it may be short, such as a limit.
        """
        if self.server_trouble_at is None:
            return False
        first_due_at = min(self.due_since.values())
        return (
            self.server_trouble_at
            >= max(first_due_at, handed_over_at or first_due_at) + PROBE_EVERY
        )


def check_health(*, at: datetime) -> WorkerHealth:
    """Return the state of delivery, with three queries, or four if the mail server has trouble."""
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
        server_trouble=_last_trouble() if backlog.shows_trouble(handed_over_at) else None,
        ahead=clocks_ahead(heartbeats, at),
    )


def backlog_of(*, at: datetime, handed_over_at: datetime | None) -> Backlog:
    """Return since when the oldest due message of each queue has waited, and how many wait.

    A message that the recipient's server deferred counts from its next attempt, since that server
    asked to wait. If messages to several recipients are deferred and nothing was sent since they
    were due, the portal's own server may be the cause. Then they count like the others.
    """
    put_off = Q(attempts__gt=0, server_trouble_at=None)
    nothing_since = Q(first_due_at__gt=handed_over_at) if handed_over_at else Q()
    rows = (
        Message.objects.due_by(at)
        .values("queue")
        .annotate(
            number=Count("pk"),
            trouble_at=Max("server_trouble_at"),
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
        server_trouble_at=max(
            (row["trouble_at"] for row in rows if row["trouble_at"]), default=None
        ),
    )


def _last_trouble() -> str | None:
    """Return the mail server's last answer to a message that waits for it."""
    waiting = Message.objects.waiting().filter(server_trouble_at__isnull=False)
    answers = waiting.order_by("-server_trouble_at", "-pk").values_list(
        "server_response", flat=True
    )
    return answers.first()


def watch_clocks(*, at: datetime) -> None:
    """Log the processes whose clock is ahead, by their last heartbeat."""
    clocks_ahead(Heartbeat.objects.filter(at__gt=at + CLOCK_TOLERANCE).order_by("pk"), at)


def clocks_ahead(heartbeats: Iterable[Heartbeat], at: datetime) -> dict[str, timedelta]:
    """Return by how much clocks are ahead, by process, and log it.

    A heartbeat in the future means that either its clock or the one of `at` is wrong.
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
    """Return one sentence for staff about each problem with delivery."""
    found = []
    if pulse.server_trouble is not None:
        found.append(_nothing_handed_over(pulse, pulse.server_trouble))
    if pulse.beat_at is None:
        found.append(_("The sweep, which queues pending messages again, has not run yet."))
    elif pulse.beat_is_silent:
        found.append(
            _("The sweep, which queues pending messages again, last ran %(age)s ago.")
            % {"age": timesince(pulse.beat_at, pulse.at)}
        )
    without = {
        Queue.MAIL: _("No worker is running for letters (queue “mail”)."),
        Queue.BULK: _("No worker is running for mailings (queue “bulk”)."),
    }
    waiting = {
        Queue.MAIL: _("The oldest due letter has been waiting for %(age)s."),
        Queue.BULK: _("The oldest due message of a mailing has been waiting for %(age)s."),
    }
    found += [without[queue] for queue in pulse.unserved]
    found += [
        waiting[queue] % {"age": timesince(pulse.due_since[queue], pulse.at)}
        for queue in pulse.overdue
    ]
    found += [
        _("The clock of “%(name)s” is %(age)s ahead of the web server’s clock.")
        % {"name": name, "age": timesince(pulse.at, pulse.at + lead)}
        for name, lead in pulse.ahead.items()
    ]
    return found


def _nothing_handed_over(pulse: WorkerHealth, answer: str) -> str:
    """Return a sentence saying since when the mail server accepts no mail, with its answer."""
    facts = {
        "count": pulse.waiting,
        "answer": f"{FIRST_STRONG_ISOLATE}{answer[:LONGEST_ANSWER]}{POP_ISOLATE}",
    }
    if pulse.handed_over_at is None:
        sentence = ngettext(
            "The mail server has not accepted any email yet. %(count)d message is waiting. Last "
            "server response: %(answer)s",
            "The mail server has not accepted any email yet. %(count)d messages are waiting. Last "
            "server response: %(answer)s",
            pulse.waiting,
        )
        return sentence % facts
    since, now = localtime(pulse.handed_over_at), localtime(pulse.at)
    is_today = since.date() == now.date()
    form = pgettext("format of a time of the day", "H:i") if is_today else _("j F Y, H:i")
    sentence = ngettext(
        "The mail server has not accepted any email since %(time)s. %(count)d message is waiting. "
        "Last server response: %(answer)s",
        "The mail server has not accepted any email since %(time)s. %(count)d messages are "
        "waiting. Last server response: %(answer)s",
        pulse.waiting,
    )
    return sentence % {**facts, "time": date_format(since, form)}


def show_beat_alive(*, at: datetime) -> None:
    """Record the heartbeat of Celery beat, which shows that a sweep has just run."""
    _show(BEAT, [""], at)


def show_worker_alive(*, name: str, queues: Iterable[str], at: datetime) -> None:
    """Record the heartbeats of a worker for its queues."""
    _show(name, queues, at)


def delete_stale_heartbeats(*, at: datetime) -> None:
    """Delete the heartbeats of workers that are older than a day."""
    Heartbeat.objects.exclude(name=BEAT).filter(at__lt=at - HEARTBEAT_RETENTION).delete()


def _show(name: str, queues: Iterable[str], at: datetime) -> None:
    """Write one row for each queue, in one statement so that two processes do not conflict."""
    Heartbeat.objects.bulk_create(
        [Heartbeat(name=name, queue=queue, at=at) for queue in queues],
        update_conflicts=True,
        unique_fields=["name", "queue"],
        update_fields=["at"],
    )
