"""The proxy of deploy/nginx, with a small server behind it in place of the portal."""

import json
import socket
import ssl
import subprocess
import threading
from contextlib import contextmanager
from http.client import HTTPSConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from django.conf import settings

from tests.mail_server import free_port
from tests.processes import PATIENCE, eventually

NGINX = Path(settings.BASE_DIR) / "deploy" / "nginx"
TOKEN = "primary:9jQk2:1tX0aB:5Jm3Yc4fQf3l8Z3a0kq1b2c3d4e5f6g7h8i9"


class Echo(BaseHTTPRequestHandler):
    """Answers with the headers that it got."""

    def do_GET(self):
        body = json.dumps({name.lower(): value for name, value in self.headers.items()}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_given):
        """Write nothing."""


@contextmanager
def server():
    """Run a server on a free port."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Echo) as echo:
        thread = threading.Thread(target=echo.serve_forever, daemon=True)
        thread.start()
        try:
            yield echo.server_port
        finally:
            echo.shutdown()
            thread.join()


@pytest.fixture
def proxy(found, tmp_path):
    """A proxy with its own certificate, in front of a process that runs and one that does not.

    Returns its port and its log.
    """
    openssl, nginx = found("openssl"), found("nginx")
    subprocess.run(
        [
            *(openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"),
            *("-nodes", "-keyout", tmp_path / "key.pem", "-out", tmp_path / "certificate.pem"),
            *("-subj", "/CN=portal.example", "-days", "2"),
        ],
        check=True,
        capture_output=True,
    )
    port, http_port = free_port(), free_port()
    with server() as upstream:
        site = (NGINX / "p2c.conf").read_text()
        for old, new in {
            "listen [::]:80;": "",
            "listen [::]:443 ssl;": "",
            "listen 80;": f"listen 127.0.0.1:{http_port};",
            "listen 443 ssl;": f"listen 127.0.0.1:{port} ssl;",
            "/etc/ssl/p2c": str(tmp_path),
            "/var/log/nginx": str(tmp_path),
        }.items():
            assert old in site
            site = site.replace(old, new)
        upstreams = (NGINX / "p2c-upstream.conf").read_text()
        # The first one is away, as while it restarts.
        upstreams = upstreams.replace("8000", str(free_port())).replace("8001", str(upstream))
        folders = "".join(
            f"{kind}_temp_path {tmp_path}/{kind};\n"
            for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        (tmp_path / "nginx.conf").write_text(
            f"daemon off;\npid {tmp_path}/pid;\nevents {{}}\n"
            f"http {{\n{folders}{upstreams}{site}}}\n"
        )
        command = [nginx, "-e", str(tmp_path / "start.log"), "-c", str(tmp_path / "nginx.conf")]
        tested = subprocess.run([*command, "-t"], capture_output=True, text=True, check=False)
        assert tested.returncode == 0, tested.stderr
        with subprocess.Popen(command, stderr=subprocess.DEVNULL) as running:
            try:
                assert eventually(lambda: is_open(port), within=PATIENCE)
                yield port, tmp_path / "p2c.log"
            finally:
                running.terminate()


def is_open(port):
    """Return whether something listens at a port."""
    with socket.socket() as attempt:
        return attempt.connect_ex(("127.0.0.1", port)) == 0


def get(port, path, **headers):
    """Ask the proxy for a path; return the status and the headers that reached the portal."""
    unchecked = ssl.create_default_context()
    unchecked.check_hostname, unchecked.verify_mode = False, ssl.CERT_NONE
    connection = HTTPSConnection("127.0.0.1", port, context=unchecked)
    connection.request("GET", path, headers={"Host": "portal.example", **headers})
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer.status, json.loads(body) if answer.status == 200 else None


def test_proxy_masks_keys_forwards_who_asked_and_goes_round_a_process_that_is_away(proxy):
    port, log = proxy
    paths = [
        f"/en/working-group/{TOKEN}/",
        f"/calendar/private/{TOKEN}.ics",
        f"/en/reply/yes/{TOKEN}/?next=Lovelace",
        "/en/members/?q=Lovelace",
        "/static/js/eoi.0123456789ab.js",
    ]

    statuses = [get(port, path)[0] for path in paths]
    lied = {"X-Forwarded-For": "192.0.2.1", "X-Forwarded-Proto": "http", "X-Request-ID": "mine"}
    _status, seen = get(port, "/en/", **lied)

    assert statuses == [200] * len(paths)
    assert (seen["host"], seen["x-forwarded-proto"]) == ("portal.example", "https")
    assert seen["x-forwarded-for"] == "127.0.0.1"
    assert len(seen["x-request-id"]) == 32
    assert eventually(lambda: len(log.read_text().splitlines()) == len(paths) + 1, within=PATIENCE)
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    assert [line["path"] for line in lines] == [
        "/en/working-group/…/",
        "/calendar/private/…",
        "/en/reply/yes/…/",
        "/en/members/",
        "/static/js/eoi.0123456789ab.js",
        "/en/",
    ]
    assert lines[-1]["request_id"] == seen["x-request-id"]
    assert "Lovelace" not in log.read_text()
    assert get(port, "/metrics")[0] == 404


def test_proxy_refuses_a_body_larger_than_any_paper(proxy):
    port, _log = proxy
    unchecked = ssl.create_default_context()
    unchecked.check_hostname, unchecked.verify_mode = False, ssl.CERT_NONE
    connection = HTTPSConnection("127.0.0.1", port, context=unchecked)

    connection.putrequest("POST", "/en/", skip_host=True)
    connection.putheader("Host", "portal.example")
    connection.putheader("Content-Length", str((settings.PAPER_AT_MOST_MB + 30) * 1024 * 1024))
    connection.endheaders()

    assert connection.getresponse().status == 413
    connection.close()
