"""The first visit to the form: all bytes between a real browser and the web server.

Chromium opens the form with an empty cache, through a relay that counts the bytes in both
directions: headers, cookies, images, and whatever the browser requests automatically.
"""

import os
import shutil
import socketserver
import tempfile
import threading
from datetime import timedelta
from pathlib import Path
from socket import SHUT_RDWR, create_connection
from urllib.parse import urlsplit

from django.utils.timezone import now

from benchmarks.figures import Table, ratio
from tests.factories import CallFactory
from tests.mail_server import free_port
from tests.portal import collect_static, database_at, environment, manage, web

NAME = "the first visit to the form, on the wire"

FORM = "/en/expression-of-interest/"
BYTES, REQUESTS = 60_000, 8
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")


def measure(*, quick):
    """Open the form once on a phone's screen and once on a desktop's."""
    collect_static()
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        facts = environment(
            database_url=f"sqlite:///{folder}/portal.sqlite3",
            broker_url=f"sqla+sqlite:///{folder}/broker.sqlite3",
        )
        manage("migrate", environment=facts)
        with database_at(facts["DATABASE_URL"]):
            CallFactory(opens_at=now() - timedelta(days=1), closes_at=now() + timedelta(days=1))
        with web(facts, Path(folder)) as site, Relay(port, urlsplit(site.url).port) as relay:
            yield table_of(relay, f"http://127.0.0.1:{port}{FORM}")


def table_of(relay, address):
    """Return the table with the figures of each screen's visit."""
    table = Table(
        "The first visit to the form",
        ("screen", "of 60 kB", "bytes received", "bytes sent", "requests"),
        goal=f"at most {BYTES:,} bytes and {REQUESTS} requests, everything counted",
    )
    for name, size in (("phone", (390, 844)), ("desktop", (1280, 900))):
        relay.received = relay.sent = relay.requests = 0
        visit(address, size)
        table.add(
            name,
            ratio(relay.received + relay.sent, BYTES),
            f"{relay.received:,}",
            f"{relay.sent:,}",
            relay.requests,
        )
    return table


def visit(address, size):
    """Open a URL in a browser with a new profile."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 # Not installed everywhere.

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_here())
        width, height = size
        page = browser.new_page(viewport={"width": width, "height": height})
        page.goto(address, wait_until="networkidle")
        browser.close()


def browser_here():
    """Return the path of the installed Chromium."""
    named = os.environ.get("CHROMIUM")
    found = [named, *(shutil.which(name) for name in BROWSERS)]
    return next(path for path in found if path)


class Relay:
    """A relay in front of the web server that counts bytes."""

    def __init__(self, port, to):
        self.received = self.sent = self.requests = 0
        relay = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self):
                with create_connection(("127.0.0.1", to)) as far:
                    back = threading.Thread(
                        target=relay.carry, args=(far, self.request, "received"), daemon=True
                    )
                    back.start()
                    relay.carry(self.request, far, "sent")
                    back.join()

        class Server(socketserver.ThreadingTCPServer):
            allow_reuse_address = True
            daemon_threads = True

        self.server = Server(("127.0.0.1", port), Handler)

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()

    def carry(self, source, target, direction):
        """Forward and count bytes in one direction until it ends."""
        try:
            while data := source.recv(65536):
                target.sendall(data)
                setattr(self, direction, getattr(self, direction) + len(data))
                self.requests += (direction == "sent") * data.count(b" HTTP/1.1\r\n")
            target.shutdown(SHUT_RDWR)
        except OSError:
            # The browser has closed the connection, because it has everything it needs.
            pass
