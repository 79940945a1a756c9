"""The web server refuses connections as soon as it stops, and finishes the requests it has."""

import signal
import socket
import sys
import threading
import time
from contextlib import closing
from http.client import HTTPConnection
from importlib import import_module
from pathlib import Path

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


def ask_server(port, method, file):
    """Return what the server answers once the file exists."""
    with closing(HTTPConnection("127.0.0.1", port, timeout=WITHIN)) as connection:
        connection.request(method, f"/?{file}")
        return connection.getresponse().read()


def test_web_server_that_stops_refuses_connections_while_it_finishes_a_request(tmp_path):
    file, answers, port = tmp_path / "file", [], free_port()

    def ask():
        answers.append(ask_server(port, "POST", file))

    with WebServer(port, tmp_path) as web:
        visitor = threading.Thread(target=ask)
        visitor.start()
        # The worker has the connection once a second one is answered.
        (tmp_path / "other").touch()
        ask_server(port, "GET", tmp_path / "other")
        web.process.send_signal(signal.SIGTERM)
        is_refused = eventually(lambda: not web.answers(), within=WITHIN)
        is_finishing = web.is_running and answers == []
        file.touch()
        visitor.join()

        assert (is_refused, is_finishing, answers) == (True, True, [ANSWER])
        assert web.process.wait(WITHIN) == 0
