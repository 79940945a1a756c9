"""The figures for Prometheus: requests, and what the database says about mail and sign-ins.

Figures from the database are the same on every machine. Those of the last hour are gauges, because
rows are deleted in the end, and a counter must not fall. A label never has a value from outside.
"""

import logging
import os
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from django.conf import settings
from django.db import Error, connection
from django.db.models import Case, Count, Max, Min, Q, QuerySet, Value, When
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector

from accounts.models import SignInEvent, SignInOutcome, StreamPosition
from eoi.models import EoiDraft
from inbox.models import IncomingKind, IncomingMail
from inbox.services.mailbox_health import check_mailbox
from members.models import Member, Origin, SpamSignal
from outbox.models import BEAT, Heartbeat, Message, MessageStatus, Queue
from outbox.services.installation import open_hold
from outbox.services.worker_health import check_health
from p2c_portal.request_metrics import counts_of_requests
from papers.models import UNFINISHED, FileScan, ScanStatus

logger = logging.getLogger(__name__)

# The domains of mail providers that anybody can use. A domain of its own may name a person.
PUBLIC_DOMAINS: Final = (
    *("gmail.com", "outlook.com", "hotmail.com", "live.com", "yahoo.com", "yahoo.fr", "icloud.com"),
    *("proton.me", "protonmail.com", "gmx.net", "gmx.de", "web.de", "orange.fr", "qq.com"),
    *("163.com", "126.com", "mail.ru", "yandex.ru"),
)
OTHER_DOMAIN: Final = "other"
PERIOD: Final = timedelta(hours=1)
# People who mistype do so from one or two.
MANY_NETWORKS: Final = 10
# The states of a message that waits.
DUE: Final = "due"
DEFERRED: Final = "deferred"
SCHEDULED: Final = "scheduled"
SENDING: Final = "sending"
STATES: Final = (DUE, DEFERRED, SCHEDULED, SENDING)
# What became of a message.
ACCEPTED: Final = "accepted"
BOUNCED: Final = "bounced"
FAILED: Final = "failed"
# The steps of a backup. The unit of each touches a file in VAR_DIR when it has succeeded.
BACKUP_STEPS: Final = ("backup", "offsite", "proof")
# Where Debian keeps the data of a PostgreSQL that runs on the same machine.
POSTGRESQL_FOLDER: Final = "/var/lib/postgresql"
DATABASE_SIZE: Final = {
    "postgresql": "SELECT pg_database_size(current_database())",
    "sqlite": "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()",
}
# The unit p2c-failure@.service touches a file of the name of each unit that failed.
FAILURES_FOLDER_NAME: Final = "failures"
# The age of a heartbeat or a backup that there never was.
NEVER: Final = float("inf")


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Return all figures in Prometheus' text format.

    The client must send METRICS_TOKEN. If none is set, the address does not exist. Raises Http404.
    """
    if not settings.METRICS_TOKEN:
        raise Http404
    if not constant_time_compare(
        request.headers.get("Authorization", ""), f"Bearer {settings.METRICS_TOKEN}"
    ):
        return HttpResponse(
            "not told\n",
            status=401,
            headers={"WWW-Authenticate": "Bearer"},
            content_type="text/plain",
        )
    registry = CollectorRegistry()
    registry.register(PortalCollector(timezone.now()))
    return HttpResponse(
        generate_latest(registry) + requests_in_text(), content_type=CONTENT_TYPE_LATEST
    )


def requests_in_text() -> bytes:
    """Return the counts of requests, or nothing if they cannot be read."""
    try:
        text: bytes = generate_latest(counts_of_requests())
    except Exception as trouble:  # noqa: BLE001 # The other figures matter more.
        logger.warning("The counts of requests cannot be read: %s", type(trouble).__name__)
        return b""
    return text


class PortalCollector(Collector):
    """Collects the figures at one time from the database and the disks."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def describe(self) -> list[GaugeMetricFamily]:
        """Return nothing: the registry would otherwise collect when the collector is registered."""
        return []

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield all figures; if the database is down, only those that do not need it."""
        release = {"version": settings.VERSION, "revision": settings.REVISION}
        yield gauge("p2c_build_info", "The release that runs.", [(release, 1)])
        yield gauge("p2c_disk_free_ratio", "Free part of the disk of a folder.", free_disks())
        yield gauge(
            "p2c_backup_age_seconds",
            "Seconds since a step of the backup last succeeded.",
            backup_ages(self.at),
        )
        yield gauge(
            "p2c_unit_failure_age_seconds",
            "Seconds since a unit of systemd last failed.",
            unit_failures(self.at),
        )
        try:
            found = list(self._from_database())
        except Error as trouble:
            logger.warning("The database gives no figures: %s", type(trouble).__name__)
            found = []
        yield gauge("p2c_database_up", "Whether the database answers.", [({}, float(bool(found)))])
        yield from found

    def _from_database(self) -> Iterator[GaugeMetricFamily]:
        yield gauge("p2c_database_bytes", "Size of the database.", [({}, database_size())])
        yield from process_figures(self.at)
        yield from queue_figures(self.at)
        yield gauge(
            "p2c_deliveries_last_hour",
            "Messages of the last hour by outcome and domain of the recipient.",
            deliveries(self.at),
        )
        yield from incoming_figures(self.at)
        yield gauge(
            "p2c_sign_ins_last_hour",
            "Attempts to sign in of the last hour.",
            sign_ins(self.at),
        )
        yield gauge(
            "p2c_audit_stream_age_seconds",
            "For how long the audit has not been sent to its collector, if there is one.",
            audit_stream(self.at),
        )
        yield from scan_figures(self.at)
        yield gauge(
            "p2c_accounts_tried_from_many_networks",
            f"Accounts at which sign-ins from {MANY_NETWORKS} networks failed in the last hour.",
            [({}, tried_from_many_networks(self.at))],
        )
        yield gauge(
            "p2c_expressions_last_hour",
            "Expressions of interest of the last hour, by the reason why they may be spam.",
            expressions(self.at),
        )
        drafts = EoiDraft.objects.kept_at(self.at).count()
        yield gauge("p2c_drafts_open", "Expressions of interest that are begun.", [({}, drafts)])


Samples = Iterable[tuple[dict[str, str], float]]


def gauge(name: str, help_text: str, samples: Samples) -> GaugeMetricFamily:
    """Return a gauge with the given samples, each with its labels."""
    found = list(samples)
    names = list(found[0][0]) if found else []
    family = GaugeMetricFamily(name, help_text, labels=names)
    for labels, value in found:
        family.add_metric(list(labels.values()), value)
    return family


def process_figures(at: datetime) -> Iterator[GaugeMetricFamily]:
    """Yield since when beat and the workers of each queue have been silent, and mail has waited."""
    rows = Heartbeat.objects.exclude(name=BEAT).values("queue").annotate(last=Max("at"))
    last = {row["queue"]: row["last"] for row in rows.order_by("queue")}
    pulse = check_health(at=at)
    yield gauge(
        "p2c_beat_age_seconds",
        "Seconds since the last heartbeat of Celery beat.",
        [({}, seconds_since(pulse.beat_at, at, otherwise=NEVER))],
    )
    yield gauge(
        "p2c_worker_age_seconds",
        "Seconds since the last heartbeat of a worker, by queue.",
        [
            ({"queue": queue}, seconds_since(last.get(queue), at, otherwise=NEVER))
            for queue in Queue.values
        ],
    )
    yield gauge(
        "p2c_workers_alive",
        "Workers with a recent heartbeat, by queue.",
        [({"queue": queue}, pulse.workers[queue]) for queue in Queue.values],
    )
    yield gauge(
        "p2c_oldest_due_message_age_seconds",
        "For how long the oldest due message has waited, by queue, as in /readyz.",
        [
            ({"queue": queue}, seconds_since(pulse.due_since.get(queue), at, otherwise=0))
            for queue in Queue.values
        ],
    )
    yield gauge(
        "p2c_mail_server_refuses",
        "Whether the mail server accepts no mail at all.",
        [({}, float(pulse.server_trouble is not None))],
    )
    yield gauge(
        "p2c_mail_held",
        "Whether email is held, as after a restore, until a person releases it.",
        [({}, float(open_hold() is not None))],
    )
    ahead = max(pulse.ahead.values(), default=timedelta())
    yield gauge(
        "p2c_clock_ahead_seconds",
        "By how much the clock of another process is ahead.",
        [({}, ahead.total_seconds())],
    )


def queue_figures(at: datetime) -> Iterator[GaugeMetricFamily]:
    """Yield how many messages wait in each queue and state, and since when the oldest does."""
    state = Case(
        When(status=MessageStatus.SENDING, then=Value(SENDING)),
        When(first_due_at__gt=at, then=Value(SCHEDULED)),
        When(due_at__gt=at, then=Value(DEFERRED)),
        default=Value(DUE),
    )
    rows = (
        Message.objects.waiting()
        .values("queue", state=state)
        .annotate(number=Count("pk"), since=Min("first_due_at"))
    )
    numbers: dict[tuple[str, str], int] = {}
    since: dict[tuple[str, str], datetime] = {}
    for row in rows.order_by("queue", "state"):
        place = (row["queue"], row["state"])
        numbers[place], since[place] = row["number"], row["since"]
    places = [(queue, name) for queue in Queue.values for name in STATES]
    yield gauge(
        "p2c_messages_waiting",
        "Messages that wait, by queue and state.",
        [
            ({"queue": queue, "state": name}, numbers.get((queue, name), 0))
            for queue, name in places
        ],
    )
    yield gauge(
        "p2c_oldest_message_age_seconds",
        "For how long the oldest message has been due, by queue and state.",
        [
            (
                {"queue": queue, "state": name},
                max(0, seconds_since(since.get((queue, name)), at, otherwise=0)),
            )
            for queue, name in places
        ],
    )


def deliveries(at: datetime) -> Samples:
    """Return how many messages had which outcome in the last hour, by domain of the recipient."""
    hour_ago = at - PERIOD
    outcomes = {
        ACCEPTED: Message.objects.filter(sent_at__gt=hour_ago, sent_at__lte=at),
        BOUNCED: Message.objects.filter(bounced_at__gt=hour_ago, bounced_at__lte=at),
        # The last attempt was when the message was last due.
        FAILED: Message.objects.filter(
            status=MessageStatus.FAILED, due_at__gt=hour_ago, due_at__lte=at
        ),
        DEFERRED: Message.objects.deferred(at),
    }
    for outcome, messages in outcomes.items():
        numbers = by_domain(messages)
        for domain in (*PUBLIC_DOMAINS, OTHER_DOMAIN):
            yield {"outcome": outcome, "domain": domain}, numbers.get(domain, 0)


def by_domain(messages: QuerySet[Message]) -> dict[str, int]:
    """Return the number of messages by domain: public mail providers, and all others together."""
    domain = Case(
        *(When(recipient__iendswith=f"@{each}", then=Value(each)) for each in PUBLIC_DOMAINS),
        default=Value(OTHER_DOMAIN),
    )
    rows = messages.values(domain=domain).annotate(number=Count("pk"))
    return {row["domain"]: row["number"] for row in rows}


def incoming_figures(at: datetime) -> Iterator[GaugeMetricFamily]:
    """Yield since when the mailbox has not been read, and how much mail came back.

    A portal that reads no mailbox has no age of it.
    """
    mailbox = check_mailbox(at=at)
    yield gauge(
        "p2c_mailbox_age_seconds",
        "Seconds since the mailbox was last read.",
        [({}, seconds_since(mailbox.read_at, at, otherwise=NEVER))] if mailbox else [],
    )
    lately = IncomingMail.objects.filter(received_at__gt=at - PERIOD, received_at__lte=at)
    rows = lately.order_by().values("kind").annotate(number=Count("pk"))
    numbers = {row["kind"]: row["number"] for row in rows}
    yield gauge(
        "p2c_incoming_last_hour",
        "Mail that came back in the last hour, by kind.",
        [({"kind": kind}, numbers.get(kind, 0)) for kind in IncomingKind.values],
    )
    yield gauge(
        "p2c_incoming_unmatched",
        "Mail of people that belongs to no member or commitment.",
        [({}, IncomingMail.objects.unmatched().count())],
    )


def sign_ins(at: datetime) -> Samples:
    """Return how many attempts to sign in of the last hour had which result."""
    names = ("account_kind", "method", "outcome")
    rows = (
        SignInEvent.objects.filter(Q(at__gt=at - PERIOD, at__lte=at))
        .values(*names)
        .annotate(number=Count("pk"))
        .order_by(*names)
    )
    for row in rows:
        yield {name: row[name] for name in names}, row["number"]


def audit_stream(at: datetime) -> Samples:
    """Return how old the newest line is that was sent to the collector of the audit."""
    if settings.AUDIT_SYSLOG:
        position = StreamPosition.objects.first()
        until = position.until if position else None
        yield {}, seconds_since(until, at, otherwise=NEVER)


def scan_figures(at: datetime) -> Iterator[GaugeMetricFamily]:
    """Yield how many files wait for the virus scanner, since when, and in how many it found any."""
    unfinished = Q(status__in=UNFINISHED) if settings.CLAMD else Q(pk__in=[])
    infected = Q(
        status=ScanStatus.INFECTED, scanned_at__gt=at - timedelta(days=1), scanned_at__lte=at
    )
    found = FileScan.objects.filter(status__in=(*UNFINISHED, ScanStatus.INFECTED)).aggregate(
        waiting=Count("pk", filter=unfinished),
        since=Min("requested_at", filter=unfinished),
        infected=Count("pk", filter=infected),
    )
    yield gauge(
        "p2c_files_waiting",
        "Stored files that wait for the virus scanner.",
        [({}, found["waiting"])],
    )
    yield gauge(
        "p2c_oldest_waiting_file_age_seconds",
        "For how long the oldest of these files has waited.",
        [({}, seconds_since(found["since"], at, otherwise=0))],
    )
    yield gauge(
        "p2c_infected_files_last_day",
        "Stored files in which harmful software was found in the last day.",
        [({}, found["infected"])],
    )


def tried_from_many_networks(at: datetime) -> int:
    """Return at how many accounts people from many networks failed to sign in in the last hour."""
    failed = SignInEvent.objects.filter(at__gt=at - PERIOD, at__lte=at, user__isnull=False)
    return (
        failed.exclude(outcome=SignInOutcome.SUCCEEDED)
        .values("user")
        .annotate(networks=Count("network", distinct=True))
        .filter(networks__gte=MANY_NETWORKS)
        .count()
    )


def expressions(at: datetime) -> Samples:
    """Return how many expressions of interest came by the form in the last hour, by spam signal."""
    lately = Member.objects.filter(
        origin=Origin.FORM, submitted_at__gt=at - PERIOD, submitted_at__lte=at
    )
    rows = lately.order_by().values("spam_signal").annotate(number=Count("pk"))
    numbers = {row["spam_signal"]: row["number"] for row in rows}
    yield {"signal": "none"}, numbers.get("", 0)
    for signal in SpamSignal.values:
        yield {"signal": signal}, numbers.get(signal, 0)


def free_disks() -> Samples:
    """Return which part of the disks is free where the portal and PostgreSQL write."""
    folders = {
        "var": settings.VAR_DIR,
        "papers": settings.MEDIA_ROOT,
        "database": POSTGRESQL_FOLDER,
    }
    for name, folder in folders.items():
        try:
            disk = os.statvfs(folder)
        except OSError:
            continue
        yield {"folder": name}, disk.f_bavail / (disk.f_blocks or 1)


def backup_ages(at: datetime) -> Samples:
    """Return how long ago each step of the backup succeeded on this machine."""
    for step in BACKUP_STEPS:
        try:
            finished = (Path(settings.VAR_DIR) / f"{step}-finished").stat().st_mtime
        except OSError:
            yield {"step": step}, NEVER
        else:
            yield {"step": step}, at.timestamp() - finished


def unit_failures(at: datetime) -> Samples:
    """Return how long ago each unit of this machine failed, if it ever did."""
    for file in sorted((settings.VAR_DIR / FAILURES_FOLDER_NAME).glob("p2c-*.service")):
        yield {"unit": file.name}, at.timestamp() - file.stat().st_mtime


def database_size() -> float:
    """Return the size of the database in bytes."""
    with connection.cursor() as cursor:
        cursor.execute(DATABASE_SIZE[connection.vendor])
        [size] = cursor.fetchone()
    return float(size)


def seconds_since(then: datetime | None, at: datetime, *, otherwise: float) -> float:
    """Return the seconds between two times, or a number if there is no first one."""
    return otherwise if then is None else (at - then).total_seconds()
