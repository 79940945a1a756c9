"""The Expression of Interest beside a bare form: what the portal's own work costs a visitor.

The bare one (benchmarks/bare/) runs on the same settings, middleware, web server and database. It
has as many fields and choices, Django's own fields, widgets and `{{ form }}`, and stores what was
sent by one INSERT. A POST of the portal's is the second one, which makes the member, with its
history, its timeline and its messages in the outbox; the first, which only shows the answers to
check, is measured beside a POST of the bare form too, though that has no such page.

On a machine that does other things as well, the processor's time that the web workers took for a
request says more than how many they answered: its ratio stands beside that of the throughput.
"""

import contextlib
import os
import random
import re
import secrets
import tempfile
from datetime import timedelta
from pathlib import Path

from django.utils.timezone import now

from benchmarks.clients import Visitor, closed_loop, insist
from benchmarks.figures import Table, median, milliseconds, ratio
from tests.factories import CallFactory
from tests.mail_server import free_port
from tests.portal import Web, collect_static, database_at, environment, manage, web
from tests.servers import PostgresServer, RedisServer

NAME = "the form's GET and POST beside a bare Django form"

FORM = "/en/expression-of-interest/"
BARE = "/form/"
GOAL = "0.6 or more of the bare form's throughput in GET and in POST, no error"
CLIENTS = (1, 2, 8)

ANSWERS = {
    "organisation_name": "Ministry of Digital Affairs",
    "category": "member_state",
    "country": "KE",
    "focus_area": "connecting-people-everywhere",
    "role": "participant",
    "motivation": "We want to connect every school in the country.\r\n" * 5,
    "given_name": "Wanjikũ",
    "family_name": "Ng’ang’a",
    "position": "Director",
    "language": "en",
    "is_authorised": "on",
    "privacy_consent": "on",
}
ALTERNATE = {"alternate_family_name": "Otieno", "alternate_given_name": "Grace"}


def measure(*, quick):
    """Measure on SQLite with the embedded broker, then on PostgreSQL with Redis."""
    turns, seconds = (1, 0.5) if quick else (3, 1.5)
    for database, stack in (("SQLite", on_sqlite), ("PostgreSQL", on_postgresql)):
        table = Table(
            f"The form on {database}",
            (
                "what, by how many at once",
                "ratio",
                "ratio in processor time",
                "portal",
                "bare form",
                "portal, processor",
                "bare form, processor",
                "portal, median",
                "errors",
            ),
            goal=GOAL,
        )
        with tempfile.TemporaryDirectory() as folder, stack(Path(folder)) as (portal, bare):
            for _what, *both in pairs(portal.url, bare.url):
                # Templates, catalogues and connections, which each process has to load once.
                for one in both:
                    closed_loop(one, clients=8, seconds=60, at_most=5)
            for clients in CLIENTS:
                for what, *visits in pairs(portal.url, bare.url):
                    sides = tuple(zip((portal, bare), visits, strict=True))
                    row = in_turns(sides, clients=clients, turns=turns, seconds=seconds)
                    table.add(f"{what}, {clients}", *row)
        yield table


def pairs(portal, bare):
    """Return what is compared: its name, and how a visitor of either does it."""
    plain = sending(bare, BARE, status=302)
    with_alternate = sending(bare, BARE, ALTERNATE, status=302)
    confirmed = {"confirmed": "1"}
    return (
        ("GET", looking(portal, FORM), looking(bare, BARE)),
        ("POST", sending(portal, FORM, confirmed, status=302), plain),
        (
            "POST with an alternate",
            sending(portal, FORM, confirmed | ALTERNATE, status=302),
            with_alternate,
        ),
        ("POST of the answers to check", sending(portal, FORM, status=200), plain),
    )


def in_turns(sides, *, clients, turns, seconds):
    """Let both sides be visited by turns, and return the cells of a row."""
    rounds = [
        [counted(server, visit, clients=clients, seconds=seconds) for server, visit in sides]
        for _turn in range(turns)
    ]
    ours, theirs = zip(*rounds, strict=True)
    throughputs = [median(each.throughput for each, _cpu in side) for side in (ours, theirs)]
    costs = [
        sum(cpu for _each, cpu in side) / max(1, sum(len(each.times) for each, _cpu in side))
        for side in (ours, theirs)
    ]
    return (
        ratio(*throughputs),
        ratio(costs[1], costs[0]),
        *(f"{throughput:.1f}/s" for throughput in throughputs),
        *(milliseconds(cost) for cost in costs),
        milliseconds(median(time for each, _cpu in ours for time in each.times)),
        sum(len(each.errors) for side in (ours, theirs) for each, _cpu in side),
    )


def counted(server, visit, **how):
    """Have a server visited; return the round, and the processor's seconds that it took it."""
    before = processor_seconds(server)
    visited = closed_loop(visit, **how)
    return visited, processor_seconds(server) - before


def processor_seconds(server):
    """Return the seconds of processor that a web server's workers have used so far."""
    spent = 0
    for pid in server.children():
        # After the name in brackets, which may hold anything: fields 14 and 15 of proc(5).
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        spent += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return spent


def looking(address, path):
    """Return a visitor who opens the form again and again."""

    def visit(_number):
        visitor = Visitor(address)
        return lambda: insist(visitor.get(path), 200)

    return visit


def sending(address, path, more=(), *, status):
    """Return a visitor who opened the form once, and sends it anew each time, from anywhere."""

    def visit(_number):
        visitor = Visitor(address, **{"Accept-Encoding": "identity"})
        handed_out = re.search(rb'name="started" value="([^"]+)"', visitor.get(path).body)
        answers = ANSWERS | dict(more) | {"started": handed_out[1].decode() if handed_out else ""}

        def step():
            key = secrets.token_hex(12)
            # Counted by network and by address: these are many organisations, not one.
            visitor.headers["X-Forwarded-For"] = ".".join(
                str(random.randrange(1, 255)) for _part in range(4)
            )
            fields = answers | {"submission_key": key, "email": f"{key}@example.org"}
            if "alternate_family_name" in fields:
                fields["alternate_email"] = f"{key}@alternate.example.org"
            return insist(visitor.post(path, fields), status)

        return step

    return visit


@contextlib.contextmanager
def on_sqlite(folder):
    """Run portal and bare form as on one machine: SQLite for rows, cache and broker."""
    settings = environment(
        database_url=f"sqlite:///{folder / 'portal.sqlite3'}",
        broker_url=f"sqla+sqlite:///{folder / 'broker.sqlite3'}",
        TRUSTED_PROXIES="1",
    )
    with sites(settings, folder) as both:
        yield both


@contextlib.contextmanager
def on_postgresql(folder):
    """Run portal and bare form as in production: PostgreSQL, and Redis for cache and broker."""
    with PostgresServer() as postgres, RedisServer() as redis:
        settings = environment(
            database_url=postgres.create("portal"),
            broker_url=redis.url(),
            cache_url=redis.cache_url(),
            TRUSTED_PROXIES="1",
        )
        with sites(settings, folder) as both:
            yield both


@contextlib.contextmanager
def sites(settings, folder):
    """Run portal and bare form on one database, with a call that is open; yield both."""
    manage("migrate", environment=settings)
    bare_settings = settings | {
        "DJANGO_SETTINGS_MODULE": "benchmarks.bare.settings",
        "SITE_URL": f"http://127.0.0.1:{free_port()}",
    }
    manage("migrate", "--run-syncdb", environment=bare_settings)
    collect_static()
    with database_at(settings["DATABASE_URL"]):
        CallFactory(opens_at=now() - timedelta(days=1), closes_at=now() + timedelta(days=1))
    with web(settings, folder) as portal, bare_web(bare_settings, folder) as bare:
        yield portal, bare


def bare_web(settings, folder):
    """Return the web server of the bare form, like the portal's."""
    like = web(settings, folder, name="bare")
    command = [
        "benchmarks.bare.wsgi" if part == "p2c_portal.wsgi" else part for part in like.command
    ]
    return Web("bare", command, environment=settings, folder=folder)
