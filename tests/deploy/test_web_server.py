"""The web server refuses connections as soon as it stops, and finishes the requests it has."""

import gc
import signal
import socket
import sys
import time
from contextlib import closing
from http.client import HTTPConnection
from importlib import import_module
from pathlib import Path
from runpy import run_path

from django.conf import settings

from tests.mail_server import free_port
from tests.portal import environment
from tests.processes import Process, eventually

APPLICATION = f"{__name__}:application()"
ANSWER = b"done"
WITHIN = 20
GUNICORN = (sys.executable, "-m", "gunicorn")


def application():
    """Load the portal, which the configuration of the web server checks, and use another one."""
    import_module("p2c_portal.wsgi")
    return wait_for_file


def wait_for_file(environ, start_response):
    """Answer once a file exists that the query names."""
    while not Path(environ["QUERY_STRING"]).exists():
        time.sleep(0.05)
    start_response("200 OK", [("Content-Length", str(len(ANSWER)))])
    return [ANSWER]


class WebServer(Process):
    """The web server of the portal with another application."""

    def __init__(self, port, folder):
        self.port = port
        super().__init__(
            "web",
            # One process, which listens for signals once it has answered. A second one starts up to
            # 0.1 s later, and gunicorn does not hear a signal between its start and its setup.
            [*GUNICORN, APPLICATION, "--workers", "1", "--bind", f"127.0.0.1:{port}"],
            environment=environment(database_url="sqlite://:memory:", broker_url="memory://"),
            folder=folder,
        )

    def answers(self):
        """Return whether something listens at its port."""
        with socket.socket() as attempt:
            return attempt.connect_ex(("127.0.0.1", self.port)) == 0


def request(port, method, file):
    """Return a connection on which a request was sent. The server answers once the file exists."""
    connection = HTTPConnection("127.0.0.1", port, timeout=WITHIN)
    connection.request(method, f"/?{file}")
    return closing(connection)


def test_web_server_that_stops_refuses_connections_while_it_finishes_a_request(tmp_path):
    file, other, port = tmp_path / "file", tmp_path / "other", free_port()
    other.touch()

    with WebServer(port, tmp_path) as web, request(port, "POST", file) as visitor:
        # The process has the first connection once the second one is answered.
        with request(port, "GET", other) as second:
            assert second.getresponse().read() == ANSWER
        web.process.send_signal(signal.SIGTERM)
        is_refused = eventually(lambda: not web.answers(), within=WITHIN)
        is_finishing = web.is_running
        file.touch()

        assert (is_refused, is_finishing) == (True, True)
        assert visitor.getresponse().read() == ANSWER
        assert web.process.wait(WITHIN) == 0


def test_garbage_collector_leaves_alone_what_the_processes_share():
    server = run_path(str(Path(settings.BASE_DIR) / "gunicorn.conf.py"))

    try:
        server["when_ready"](None)

        assert gc.get_freeze_count() > 100_000
    finally:
        gc.unfreeze()
