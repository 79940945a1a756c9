"""A report of an error leaves only if a server is set, and has nothing personal in it."""

import json
import logging
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import brotli
import pytest
import sentry_sdk
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path

from p2c_portal import error_reports
from p2c_portal import urls as portal_urls

REQUEST_ID = "5a0e5e1c8f9b4d7f9f6f6b1f0f3c2d1e"
# What must not leave, wherever it was.
PRIVATE = (
    *("Wanjiku", "Kamau", "wanjiku@example.org", "WzEsMV0:key-of-a-private-link"),
    *("posted-words", "cookie-words", "header-words", "query-words", "local-words", "sql-words"),
)


class SentryServer(ThreadingHTTPServer):
    """Keeps the text of each envelope that it gets; it may answer late."""

    daemon_threads = True

    def __init__(self, *, seconds=0):
        self.envelopes = []
        self.seconds = seconds
        super().__init__(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.serve_forever, daemon=True)
        self.thread.start()

    @property
    def dsn(self):
        return f"http://public-key@127.0.0.1:{self.server_port}/1"

    def events(self):
        """Return the events that arrived, after the process has sent all."""
        sentry_sdk.flush(timeout=5)
        return [json.loads(envelope.splitlines()[2]) for envelope in self.envelopes]

    def close(self):
        self.shutdown()
        self.server_close()
        self.thread.join()


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        content = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.envelopes.append(brotli.decompress(content).decode())
        time.sleep(self.server.seconds)
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_words):
        pass


def break_down(request: HttpRequest, token: str) -> HttpResponse:
    """Fail as badly as a view can: what is private is in each place that a report may have."""
    private_local = f"local-words {token} {request.POST.get('name')}"
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s", ["sql-words wanjiku@example.org"])
    raise ValueError(f"Wanjiku Kamau <wanjiku@example.org> {private_local}")


urlpatterns = [path("working-group/<str:token>/", break_down), *portal_urls.urlpatterns]
handler500 = portal_urls.handler500


@pytest.fixture
def reporting(settings):
    """Return a function that starts to report to a server; everything is undone at the end."""
    servers = []

    def report(**how):
        server = SentryServer(**how)
        servers.append(server)
        settings.SENTRY_DSN = server.dsn
        error_reports.start()
        return server

    settings.REVISION = "4f0c2aa"
    yield report
    stop_reporting()
    for server in servers:
        server.close()


def stop_reporting():
    sentry_sdk.get_client().close(timeout=0)
    sentry_sdk.get_global_scope().set_client(None)


def fail(client):
    """Send a request that fails, with what is private in every part of it."""
    client.cookies["words"] = "cookie-words"
    return client.post(
        "/working-group/WzEsMV0:key-of-a-private-link/?q=query-words",
        {"name": "Wanjiku Kamau", "text": "posted-words"},
        headers={"x-request-id": REQUEST_ID, "user-agent": "header-words"},
    )


def private_in(server):
    return [words for words in PRIVATE if any(words in each for each in server.envelopes)]


@pytest.mark.urls(__name__)
@pytest.mark.django_db
def test_error_of_a_view_is_reported_by_its_place_and_request_alone(reporting, settings):
    server = reporting()

    response = fail(Client(raise_request_exception=False))
    [event] = server.events()

    assert response.status_code == 500
    assert private_in(server) == []
    assert event["tags"] == {"request_id": REQUEST_ID}
    assert event["release"] == f"{settings.VERSION}+4f0c2aa"
    [error] = event["exception"]["values"]
    last = error["stacktrace"]["frames"][-1]
    assert (error["type"], last["function"]) == ("ValueError", "break_down")
    assert "vars" not in last
    assert set(event) <= {
        *("event_id", "timestamp", "level", "platform", "logger", "release", "environment"),
        *("transaction", "exception", "threads", "tags"),
    }


def test_error_in_the_log_is_reported_without_its_words(reporting, caplog):
    server = reporting()

    logger = logging.getLogger("outbox.services.delivery")
    logger.error("Message to %s was lost: Wanjiku Kamau", "wanjiku@example.org")
    [event] = server.events()

    assert private_in(server) == []
    assert event["logger"] == "outbox.services.delivery"
    assert "was lost" in caplog.text


@pytest.mark.urls(__name__)
@pytest.mark.django_db
def test_slow_server_slows_no_request(reporting):
    server = reporting(seconds=2)

    began = time.perf_counter()
    for _number in range(3):
        fail(Client(raise_request_exception=False))
    seconds = time.perf_counter() - began

    assert seconds < 1.5
    server.seconds = 0


@pytest.mark.urls(__name__)
@pytest.mark.django_db
def test_nothing_is_reported_without_a_server(settings):
    settings.SENTRY_DSN = ""

    error_reports.start()
    fail(Client(raise_request_exception=False))

    assert not sentry_sdk.get_client().is_active()


def test_address_that_is_none_is_refused_without_repeating_it(settings):
    settings.SENTRY_DSN = "https://no-project-but-a-secret"

    with pytest.raises(ImproperlyConfigured, match="SENTRY_DSN") as refused:
        error_reports.start()

    assert "secret" not in str(refused.value)
