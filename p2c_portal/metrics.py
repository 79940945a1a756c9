"""The figures for Prometheus: requests, and what the database says about mail and sign-ins.

Figures from the database are the same on every machine. Those of the last hour are gauges, because
rows are deleted in the end, and a counter must not fall. A label never has a value from outside.
"""

import logging
import os
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import Error
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

from accounts.models import SignInEvent
from eoi.models import EoiDraft
from inbox.models import IncomingKind, IncomingMail
from inbox.services.mailbox_health import check_mailbox
from outbox.models import BEAT, Heartbeat, Message, MessageStatus, Queue
from outbox.services.installation import open_hold
from outbox.services.worker_health import check_health
from p2c_portal.request_metrics import counts_of_requests

logger = logging.getLogger(__name__)

# The domains of mail providers that anybody can use. A domain of its own may name a person.
PUBLIC_DOMAINS: Final = (
    *("gmail.com", "outlook.com", "hotmail.com", "live.com", "yahoo.com", "yahoo.fr", "icloud.com"),
    *("proton.me", "protonmail.com", "gmx.net", "gmx.de", "web.de", "orange.fr", "qq.com"),
    *("163.com", "126.com", "mail.ru", "yandex.ru"),
)
OTHER_DOMAIN: Final = "other"
PERIOD: Final = timedelta(hours=1)
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
# The age of a heartbeat that there never was.
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
        try:
            found = list(self._from_database())
        except Error as trouble:
            logger.warning("The database gives no figures: %s", type(trouble).__name__)
            found = []
        yield gauge("p2c_database_up", "Whether the database answers.", [({}, float(bool(found)))])
        yield from found

    def _from_database(self) -> Iterator[GaugeMetricFamily]:
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


def free_disks() -> Samples:
    """Return which part of the disks is free where the portal writes."""
    for name, folder in {"var": settings.VAR_DIR, "papers": settings.MEDIA_ROOT}.items():
        try:
            disk = os.statvfs(folder)
        except OSError:
            continue
        yield {"folder": name}, disk.f_bavail / (disk.f_blocks or 1)


def seconds_since(then: datetime | None, at: datetime, *, otherwise: float) -> float:
    """Return the seconds between two times, or a number if there is no first one."""
    return otherwise if then is None else (at - then).total_seconds()
