"""The Expression of Interest compared with a bare form: the cost of the portal's own work.

The bare form (benchmarks/bare/) uses the same settings, middleware, web server and database. It has
as many fields and choices, Django's own fields and widgets, and `{{ form }}`. At `/form/`, it is
stored as one row; at `/rows/`, as the rows that the portal stores, in one transaction.

There are two comparisons. A whole Expression of Interest (the form, the POST that keeps it, the
check page, the POST that creates the member, the confirmation) is compared with the three requests
of the bare form. The POST that creates the member is compared with the POST of `/rows/`.

On a machine with other load, the processor time of the web workers per request says more than the
throughput, so the ratio of both is shown.
"""

import contextlib
import operator
import os
import random
import re
import secrets
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

from django.utils.timezone import now

from benchmarks.clients import Visitor, closed_loop, insist
from benchmarks.figures import Table, median, milliseconds
from eoi.services.spam_check import signed_start_time
from tests.factories import CallFactory
from tests.mail_server import free_port
from tests.portal import Web, collect_static, database_at, environment, manage, web
from tests.servers import PostgresServer, RedisServer

NAME = "a whole Expression of Interest, and its POST, beside a bare Django form"

FORM = "/en/expression-of-interest/"
CHECK = f"{FORM}check/"
RECEIVED = f"{FORM}received/"
WHOLE_GOAL = "a whole Expression of Interest takes at most 5 times the bare form's three requests"
POST_GOAL = "its POST has 0.7 or more of the throughput of one that stores the same rows"
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


def measure(*, quick):
    """Measure on SQLite with the embedded broker, then on PostgreSQL with Redis."""
    turns, seconds = (1, 0.5) if quick else (3, 3)
    for database, stack in (("SQLite", on_sqlite), ("PostgreSQL", on_postgresql)):
        columns = (
            "clients at once",
            "ratio",
            "ratio in processor time",
            "portal",
            "bare form",
            "portal, processor",
            "bare form, processor",
            "errors",
        )
        whole = Table(f"A whole Expression of Interest on {database}", columns, goal=WHOLE_GOAL)
        post = Table(f"Its POST on {database}", columns, goal=POST_GOAL)
        with tempfile.TemporaryDirectory() as folder, stack(Path(folder)) as servers:
            portal, bare = (server.url for server in servers)
            compared = (
                (whole, operator.truediv, all_of_it(portal), all_of_the_bare_one(bare)),
                (
                    post,
                    lambda ours, theirs: theirs / ours,
                    sending(portal),
                    sending(bare, "/rows/"),
                ),
            )
            for _table, _compare, *visits in compared:
                # Each process must load templates, catalogues and connections once.
                for visit in visits:
                    closed_loop(visit, clients=8, seconds=60, at_most=5)
            for table, compare, *visits in compared:
                for clients in CLIENTS:
                    sides = tuple(zip(servers, visits, strict=True))
                    row = in_turns(sides, compare, clients=clients, turns=turns, seconds=seconds)
                    table.add(clients, *row)
        yield from (whole, post)


def in_turns(sides, compare, *, clients, turns, seconds):
    """Visit both sites in turns, and return the cells of a row."""
    rounds = [
        [counted(server, visit, clients=clients, seconds=seconds) for server, visit in sides]
        for _turn in range(turns)
    ]
    ours, theirs = zip(*rounds, strict=True)
    # The seconds for one form: elapsed time of all clients, and processor time.
    times = [1 / median(each.throughput for each, _cpu in side) for side in (ours, theirs)]
    costs = [
        sum(cpu for _each, cpu in side) / max(1, sum(len(each.times) for each, _cpu in side))
        for side in (ours, theirs)
    ]
    errors = [text for side in (ours, theirs) for each, _cpu in side for text in each.errors]
    for text in errors:
        print(f"form: {text}", file=sys.stderr, flush=True)
    return (
        f"{compare(*times):.2f}",
        f"{compare(*costs):.2f}",
        *(milliseconds(time) for time in times),
        *(milliseconds(cost) for cost in costs),
        len(errors),
    )


def counted(server, visit, **how):
    """Visit a server; return the round, and the processor time that the server used, in seconds."""
    before = processor_seconds(server)
    visited = closed_loop(visit, **how)
    return visited, processor_seconds(server) - before


def processor_seconds(server):
    """Return the processor time of a web server's workers so far, in seconds."""
    spent = 0
    for pid in server.children():
        # The name in brackets may contain anything. After it come fields 14 and 15 of proc(5).
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        spent += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return spent


def all_of_it(address, *, seconds=0):
    """Return a visitor who opens the form, checks the answers and sends them.

    With `seconds`, the visitor takes so long to fill it in, and sends the start time of the page.
    """

    def visit(_number):
        def step():
            visitor, answers = opened(address, FORM, seconds=seconds)
            taken = insist(visitor.post(FORM, answers), 302)
            checked = visitor.get(CHECK)
            taken += insist(checked, 200)
            taken += insist(visitor.post(CHECK, hidden_fields(checked)), 302)
            return taken + insist(visitor.get(RECEIVED), 200)

        return step

    return visit


def all_of_the_bare_one(address):
    """Return a visitor who opens the bare form, sends it and gets the confirmation."""

    def visit(_number):
        def step():
            visitor, answers = opened(address, "/form/")
            taken = insist(visitor.post("/form/", answers), 302)
            return taken + insist(visitor.get("/thanks/"), 200)

        return step

    return visit


def sending(address, path=FORM):
    """Return a visitor who opens the form once, and sends it again and again."""

    def visit(_number):
        visitor, answers = opened(address, path)

        def step():
            return insist(visitor.post(path, answers | {"confirmed": "1"} | somebody(visitor)), 302)

        return step

    return visit


def opened(address, path, *, seconds=0):
    """Open a form; return the visitor, and a person's answers."""
    visitor = Visitor(address, **{"Accept-Encoding": "identity"})
    page = visitor.get(path)
    answers = ANSWERS | somebody(visitor)
    if seconds:
        answers |= hidden_fields(page)
        time.sleep(seconds)
    return visitor, answers


def hidden_fields(page):
    """Return the hidden fields of a page, without the token, which the visitor has."""
    found = re.findall(rb'type="hidden" name="(\w+)" value="([^"]*)"', page.body)
    fields = {name.decode(): value.decode() for name, value in found}
    fields.pop("csrfmiddlewaretoken", None)
    return fields


def somebody(visitor):
    """Let a visitor come from another network; return a new key, its start time and an address."""
    # Limits apply to a network and an address: the forms must look like those of many
    # organisations.
    visitor.headers["X-Forwarded-For"] = ".".join(
        str(random.randrange(1, 255)) for _part in range(4)
    )
    key = secrets.token_hex(12)
    started = signed_start_time(key, at=now() - timedelta(minutes=5))
    return {"submission_key": key, "started": started, "email": f"{key}@example.org"}


@contextlib.contextmanager
def on_sqlite(folder):
    """Run portal and bare form as on one machine, with SQLite for data and broker."""
    settings = environment(
        database_url=f"sqlite:///{folder / 'portal.sqlite3'}",
        broker_url=f"sqla+sqlite:///{folder / 'broker.sqlite3'}",
        TRUSTED_PROXIES="1",
    )
    with sites(settings, folder) as both:
        yield both


@contextlib.contextmanager
def on_postgresql(folder):
    """Run portal and bare form as in production, with PostgreSQL, and Redis for the broker."""
    with PostgresServer() as postgres, RedisServer() as redis:
        settings = environment(
            database_url=postgres.create("portal"),
            broker_url=redis.url(),
            TRUSTED_PROXIES="1",
        )
        with sites(settings, folder) as both:
            yield both


@contextlib.contextmanager
def sites(settings, folder):
    """Run portal and bare form on one database with an open call; yield both."""
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
        # The member whose rows the bare form copies.
        all_of_it(portal.url)(0)()
        yield portal, bare


def bare_web(settings, folder):
    """Return the web server of the bare form, like the portal's."""
    like = web(settings, folder, name="bare")
    command = [
        "benchmarks.bare.wsgi" if part == "p2c_portal.wsgi" else part for part in like.command
    ]
    return Web("bare", command, environment=settings, folder=folder)
