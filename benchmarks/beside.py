"""This code beside another checkout: the processor time that the same visits take in both.

    make bench ONLY=beside BESIDE=/path/to/checkout

Both run with the Python of their own `.venv`, on their own PostgreSQL database, which they migrate
and fill with their demonstration. Their web servers have one worker each and are visited in turns.
The ratio is that of the processor time of the workers; 1 is as much as the other checkout.
"""

import contextlib
import itertools
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.clients import Visitor, insist
from benchmarks.figures import Table, median, milliseconds, ratio
from benchmarks.form import all_of_it, counted
from tests.portal import Web, environment, web
from tests.processes import ROOT
from tests.servers import PostgresServer, RedisServer

NAME = "processor time beside another checkout, named by BESIDE"

GOAL = "at most 1.0: no page takes more processor time than in the other checkout"
HOME = "/en/"
DESK = "/admin/members/member/"
MEMBER = re.compile(rb'href="(/admin/members/member/\d+/change/)')
# In seconds. A faster visitor seems to be a robot, and gets no letter.
FILLING_TIME = 4.5
# The members whose pages are visited.
MEMBERS = 10

SIGN_IN = """
from django.test import Client
from accounts.models import User
client = Client(SERVER_NAME="127.0.0.1")
client.force_login(User.objects.get(email="administrator@p2c.example"))
print(client.session.session_key)
"""
FIRST_ANSWER = f"""
import time
from wsgiref.util import setup_testing_defaults
from p2c_portal.wsgi import application
request = {{"PATH_INFO": "{HOME}", "HTTP_HOST": "127.0.0.1"}}
setup_testing_defaults(request)
b"".join(application(request, lambda status, _headers: print(status)))
print(time.process_time())
"""


class Checkout:
    """A checkout of the portal, with its own Python, database and web server."""

    def __init__(self, root, settings):
        self.root = Path(root).resolve()
        self.settings = settings
        self.python = str(self.root / ".venv/bin/python")

    def run(self, *command):
        """Run Python in the checkout, and return its output. Raises CalledProcessError."""
        return subprocess.run(
            [self.python, *command],
            env=self.settings,
            cwd=self.root,
            check=True,
            stdout=subprocess.PIPE,
            text=True,
            timeout=600,
        ).stdout

    def fill(self):
        """Migrate, load the demonstration, and collect the static files."""
        self.run("manage.py", "migrate", "--verbosity", "0")
        self.run("manage.py", "load_demonstration")
        self.run("manage.py", "collectstatic", "--no-input", "--verbosity", "0")

    def web(self, folder, name):
        """Return its web server, with one worker."""
        _python, *command = web(self.settings, folder, workers=1).command
        command = ["env", f"--chdir={self.root}", self.python, *command]
        return Web(name, command, environment=self.settings, folder=folder)

    def session_key(self):
        """Return the session of a signed-in administrator."""
        return self.run("manage.py", "shell", "--verbosity", "0", "--command", SIGN_IN).split()[-1]

    def first_answer(self):
        """Return the processor time until a new process has answered a request, in seconds."""
        status, seconds = self.run("-c", FIRST_ANSWER).splitlines()
        if status != "200 OK":
            raise ValueError(f"{status} instead of 200")
        return float(seconds)


def measure(*, quick):
    """Measure on PostgreSQL with Redis, if BESIDE names a checkout."""
    other = os.environ.get("BESIDE")
    if not other:
        print("BESIDE names no checkout, so this part is left out.\n")
        return
    turns, steps = (1, 5) if quick else (7, 20)
    table = Table(
        f"This code beside {Path(other).name}",
        ("visit", "ratio in processor time", "here", "there", "errors"),
        goal=GOAL,
    )
    with tempfile.TemporaryDirectory() as folder, both(other, Path(folder)) as sides:
        checkouts, servers = zip(*sides, strict=True)
        sessions = [checkout.session_key() for checkout in checkouts]
        sending = [all_of_it(server.url, seconds=FILLING_TIME) for server in servers]
        row = cells(servers, sending, turns=turns, clients=steps, at_most=1)
        table.add("complete Expression of Interest", *row)
        visits = {
            "home page": [opening(server.url, HOME) for server in servers],
            "list of members at the desk": [
                opening(server.url, DESK, sessionid=session)
                for server, session in zip(servers, sessions, strict=True)
            ],
            "page of a member at the desk": [
                opening(server.url, *members_of(server.url, session), sessionid=session)
                for server, session in zip(servers, sessions, strict=True)
            ],
        }
        for name, by_side in visits.items():
            table.add(name, *cells(servers, by_side, turns=turns, clients=1, at_most=steps))
        times = [[checkout.first_answer() for checkout in checkouts] for _turn in range(turns)]
        table.add("first answer of a process", *compared(*zip(*times, strict=True)), 0)
    yield table


@contextlib.contextmanager
def both(other, folder):
    """Run this code and the other checkout; yield each checkout with its web server."""
    with PostgresServer() as postgres, RedisServer() as redis, contextlib.ExitStack() as stack:
        sides = []
        for name, root in (("here", ROOT), ("there", other)):
            settings = environment(
                database_url=postgres.create(name),
                broker_url=redis.url(),
                EMAIL_URL=f"filemail:///{folder}/mail",
                TRUSTED_PROXIES="1",
            )
            checkout = Checkout(root, settings)
            checkout.fill()
            sides.append((checkout, stack.enter_context(checkout.web(folder, name))))
        yield sides


def opening(address, *paths, **cookies):
    """Return a visitor who opens some pages, one after the other, again and again."""

    def visit(_number):
        visitor, path = Visitor(address), itertools.cycle(paths)
        visitor.cookies |= cookies
        return lambda: insist(visitor.get(next(path)), 200)

    return visit


def members_of(address, session):
    """Return the addresses of the first members in the list at the desk."""
    visitor = Visitor(address, **{"Accept-Encoding": "identity"})
    visitor.cookies["sessionid"] = session
    found = dict.fromkeys(MEMBER.findall(visitor.get(DESK).body))
    return [path.decode() for path in found][:MEMBERS]


def cells(servers, visits, *, turns, **how):
    """Visit both sites in turns, and return the cells of a row."""
    # Each thread must load templates, catalogues and its connection once.
    for server, visit in zip(servers, visits, strict=True):
        counted(server, visit, clients=4, seconds=60, at_most=5)
    times, errors = ([], []), 0
    for _turn in range(turns):
        for side, server, visit in zip(times, servers, visits, strict=True):
            seen, spent = counted(server, visit, seconds=60, **how)
            side.append(spent / max(1, len(seen.times)))
            for text in seen.errors:
                print(f"beside: {text}", file=sys.stderr, flush=True)
            errors += len(seen.errors)
    return (*compared(*times), errors)


def compared(here, there):
    """Return the ratio of two medians, and both in milliseconds."""
    return (
        ratio(median(here), median(there)),
        milliseconds(median(here)),
        milliseconds(median(there)),
    )
