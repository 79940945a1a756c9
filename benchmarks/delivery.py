"""Delivery by two worker processes, compared with a bare loop over one SMTP connection.

Delivery is the whole process: Celery takes the task from Redis; the row is claimed, read, rendered,
sent and recorded in PostgreSQL. The bare loop renders the same messages from the same rows, which
it holds in memory, and sends them to the same mail server, without a queue or a database. Another
loop only sends messages that were rendered beforehand, which no portal could do. All durations come
from the server's log, from the hundredth message on, after the warm-up.

The way back is measured too: messages have addresses of their own to come back to, and one of the
two worker processes also reads a mailbox to which one in twenty came back, which in production is
once a minute. Both have the queues of the worker in the Procfile.

The server (benchmarks/sink.py) is a Python process on the same processors. It answers immediately
in one measurement, and after 20 ms in another, like a server on another machine.
"""

import contextlib
import smtplib
import socket
import sys
import tempfile
import time
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.test import override_settings
from django.utils import timezone
from django.utils.translation import override

from benchmarks.figures import Table, median, ratio
from inbox.models import IncomingMail
from inbox.tasks import read_mailbox
from outbox.models import Message, MessageStatus
from outbox.services.delivery import compose
from outbox.services.publishing import publish_due
from outbox.services.rendering import PRIVATE_PAGE
from tests.broker import broker_at
from tests.inbox.mails import bounce_address, dsn, reply, reply_address
from tests.mail_server import free_port
from tests.mailbox_server import mailbox_server
from tests.portal import database_at, environment, worker
from tests.processes import Process, eventually
from tests.servers import PostgresServer, RedisServer

NAME = "delivery by two workers beside a bare loop over one connection"

GOAL = "0.5 or more of the bare loop's throughput, at most one connection for 100 messages"
# Sent before the measurement, to warm up.
WARM = 100
WITHIN = 300
RETURN_DOMAIN = "return.example"
# One message in so many comes back.
CAME_BACK = 20
BODY = f"""Dear Dr Grace Hopper,

your organisation, **Ministry of Digital Affairs**, is now a member of the working group
*Connecting People Everywhere*. Its next meetings:

- Kick-off: Tuesday 7 June 2022, 14:00 to 15:30 Nairobi (UTC+3), 13:00 to 14:30 Geneva (UTC+2)
- Second meeting: Tuesday 21 June 2022, 14:00 to 15:30 Nairobi (UTC+3)

[Open the page of your working group]({PRIVATE_PAGE}). It is yours alone: please keep the link to
yourself. To have the meetings in your own program, sign in on that page.

Kind regards

The secretariat of the Partner2Connect Digital Coalition
"""


class MailServer(Process):
    """The mail server, and its log."""

    def __init__(self, folder, seconds):
        self.port = free_port()
        self.notes = Path(folder) / f"notes-{self.port}"
        super().__init__(
            "sink",
            [sys.executable, "-m", "benchmarks.sink", *map(str, (self.port, self.notes, seconds))],
            environment=environment(database_url="sqlite://:memory:", broker_url="memory://"),
            folder=folder,
        )

    def answers(self):
        """Return whether it accepts connections."""
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port)):
            return True
        return False

    def arrived(self):
        """Return when each message arrived, and over which connection."""
        lines = self.notes.read_text().splitlines() if self.notes.exists() else []
        return [(float(at), port) for at, port in (line.split() for line in lines)]


def measure(*, quick):
    """Send the same messages in each way, in turns, to a fast server and to a typical one."""
    count, turns = (200, 1) if quick else (800, 3)
    with PostgresServer() as postgres, RedisServer() as redis:
        facts = environment(
            database_url=postgres.create("portal"),
            broker_url=redis.url(),
            cache_url=redis.cache_url(),
            SWEEP_EVERY="3600",
        )
        with database_at(facts["DATABASE_URL"]), override("en"):
            call_command("migrate", verbosity=0)
            for seconds in (0, 0.02):
                yield table_of(facts, seconds, count, turns)
                yield table_of_way_back(facts, seconds, count, 1 if quick else 5)


def table_of(facts, seconds, count, turns):
    """Send messages to a server that takes some seconds for each, and return the table."""
    rounds = {way: [] for way in (portal, bare, prepared)}
    with tempfile.TemporaryDirectory() as folder, MailServer(folder, seconds) as server:
        facts = {**facts, "EMAIL_URL": f"smtp://127.0.0.1:{server.port}"}
        for _turn in range(turns):
            for way, figures in rounds.items():
                figures.append(way(count, facts, folder, server))
    table = Table(
        f"{count:,} messages to a server that answers after {seconds * 1000:.0f} ms",
        ("delivery", "ratio to the bare loop", "messages a second", "connections"),
        goal=GOAL,
    )
    rates = {way: median(rate for rate, _count in figures) for way, figures in rounds.items()}
    for way, name in (
        (portal, "portal, two worker processes"),
        (bare, "bare loop"),
        (prepared, "bytes made beforehand"),
    ):
        connections = max(connections for _rate, connections in rounds[way])
        table.add(name, ratio(rates[way], rates[bare]), f"{rates[way]:.0f}", connections)
    return table


def table_of_way_back(facts, seconds, count, turns):
    """Send messages without and with the way back, in turns, and return the table."""
    rounds = {"without the way back": [], "with the way back": []}
    with (
        tempfile.TemporaryDirectory() as folder,
        MailServer(folder, seconds) as server,
        mailbox_server(folder) as mailbox,
    ):
        facts = {**facts, "EMAIL_URL": f"smtp://127.0.0.1:{server.port}", "MEDIA_ROOT": folder}
        both_ways = {**facts, "MAIL_RETURN_DOMAIN": RETURN_DOMAIN, "MAILBOX_URL": mailbox.url}
        for _turn in range(turns):
            for name, given in zip(rounds, (facts, both_ways), strict=True):
                if given is both_ways:
                    mailbox.put(*came_back(count // CAME_BACK))
                rounds[name].append(portal(count, given, folder, server, queues="mail,sweep"))
        if IncomingMail.objects.count() != turns * (count // CAME_BACK):
            raise ValueError("Not all mail that came back was read")
        IncomingMail.objects.all().delete()
    table = Table(
        f"{count:,} messages to a server that answers after {seconds * 1000:.0f} ms, "
        f"of which one in {CAME_BACK} came back",
        ("delivery", "ratio to without", "messages a second", "connections"),
        goal="at least 0.85 of the throughput",
    )
    rates = {name: median(rate for rate, _count in figures) for name, figures in rounds.items()}
    for name, rate in rates.items():
        connections = max(connections for _rate, connections in rounds[name])
        table.add(name, ratio(rate, rates["without the way back"]), f"{rate:.0f}", connections)
    return table


@override_settings(MAIL_RETURN_DOMAIN=RETURN_DOMAIN)
def came_back(count):
    """Return bounces and replies of as many other messages, which were sent before."""
    at = timezone.now()
    sent = written(count)
    for message in sent:
        message.status, message.sent_at = MessageStatus.SENT, at
        message.private_page = ""
        # Bounces suppress these.
        message.recipient = f"came-back-{time.time_ns()}@example.org"
    Message.objects.bulk_create(sent)
    return [
        dsn(bounce_address(message), message.recipient)
        if number % 2
        else reply(reply_address(message), sender=message.recipient).as_bytes()
        for number, message in enumerate(sent)
    ]


def portal(count, facts, folder, server, queues="mail"):
    """Deliver messages that wait in the outbox, each with its task in the broker."""
    Message.objects.bulk_create(written(count))
    before = len(server.arrived())
    with broker_at(facts["CELERY_BROKER_URL"]):
        while publish_due(at=timezone.now()):
            pass
        if "MAILBOX_URL" in facts:
            read_mailbox.delay()
    with worker(facts, folder, queues=queues, concurrency=2):
        figures = figures_of(server, before, count)
        # The last one arrived, but may not be recorded yet.
        unsent = Message.objects.exclude(status=MessageStatus.SENT)
        if not eventually(lambda: not unsent.exists(), within=WITHIN):
            raise ValueError(f"{unsent.count()} messages were not sent")
    return figures


def bare(count, _facts, _folder, server):
    """Render each message and send it, in a loop over one connection."""
    before = len(server.arrived())
    with smtplib.SMTP("127.0.0.1", server.port) as connection:
        for message in written(count):
            content = compose(message).message().as_bytes(linesep="\r\n")
            connection.sendmail(settings.SERVER_EMAIL, [message.recipient], content)
    return figures_of(server, before, count)


def prepared(count, _facts, _folder, server):
    """Send messages that were rendered beforehand, in a loop over one connection."""
    mails = [
        (message.recipient, compose(message).message().as_bytes(linesep="\r\n"))
        for message in written(count)
    ]
    before = len(server.arrived())
    with smtplib.SMTP("127.0.0.1", server.port) as connection:
        for recipient, content in mails:
            connection.sendmail(settings.SERVER_EMAIL, [recipient], content)
    return figures_of(server, before, count)


def written(count):
    """Create messages with their private links, as they are queued."""
    now = timezone.now()
    return [
        Message(
            topic=f"P2C-{time.time_ns()}/admitted/focal-point-{number}",
            recipient=f"focal-point-{number}@example.org",
            recipient_name="Dr Grace Hopper",
            language="en",
            subject="P2C-ABCDEF: Your organisation is now a member",
            body=BODY,
            queued_at=now,
            first_due_at=now,
            due_at=now,
            private_page=f"{settings.SITE_URL}/en/working-group/WzEsMV0:{number:043d}/",
        )
        for number in range(count)
    ]


def figures_of(server, before, count):
    """Wait until all messages have arrived; return the rate per second, and the connections."""
    if not eventually(lambda: len(server.arrived()) >= before + count, within=WITHIN):
        raise TimeoutError(f"{len(server.arrived()) - before} of {count} messages in time")
    arrived = server.arrived()[before:]
    warm = [at for at, _connection in arrived[WARM:]]
    connections = len({connection for _at, connection in arrived})
    return (len(warm) - 1) / (warm[-1] - warm[0]), connections
