"""A new release is deployed under load: both web processes restart, and no request fails.

The proxy is nginx with the configuration in deploy/. The processes start by the command of their
unit, and are restarted as `systemctl restart` does: SIGTERM, wait, start, wait for readiness.
"""

import http.client
import itertools
import signal
import socket
import sys
import threading
from contextlib import ExitStack
from pathlib import Path

import pytest
from django.conf import settings

from benchmarks.clients import Visitor
from members.models import Member
from tests.eoi.form import make_call
from tests.mail_server import free_port
from tests.portal import collect_static, database_url, environment
from tests.processes import Process, eventually, program
from tests.system.conftest import unless_missing
from tests.system.last_hour import ANSWERS, CHECK, FORM, REFERENCE, THANKS, hidden_fields, text_of

pytestmark = [pytest.mark.patient, pytest.mark.django_db(transaction=True)]

NGINX = Path(settings.BASE_DIR) / "deploy" / "nginx"
PAGES = ("/en/", "/en/members/", "/en/calendar/", FORM)
APPLICANTS, READERS = 3, 3
ROUNDS = 5
UP_WITHIN = 60


class WebUnit(Process):
    """A web process as systemd runs p2c-web@PORT.service."""

    def __init__(self, port, given, folder):
        self.readiness = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.readiness.setblocking(False)
        self.readiness.bind(str(folder / f"notify-{port}"))
        super().__init__(
            f"web-{port}",
            [sys.executable, "-m", "gunicorn", "p2c_portal.wsgi", "--bind", f"127.0.0.1:{port}"],
            environment={**given, "NOTIFY_SOCKET": self.readiness.getsockname()},
            folder=folder,
        )

    def __exit__(self, *_):
        super().__exit__()
        self.readiness.close()

    def answers(self):
        """Return whether it says that it is ready."""
        try:
            return b"READY=1" in self.readiness.recv(4096)
        except BlockingIOError:
            return False

    def restart(self):
        """Restart it as `systemctl restart` does."""
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(timeout=40) == 0
        self.start()


class Proxy(Process):
    """Nginx with the configuration in deploy/, but without TLS and for one visitor's address."""

    def __init__(self, nginx, port, webs, folder):
        site = (NGINX / "p2c.conf").read_text()
        site = site[: site.index("server {")] + site[site.rindex("server {") :]
        for old, new in {
            "listen [::]:443 ssl;": "",
            "listen 443 ssl;": f"listen 127.0.0.1:{port};",
            "ssl_certificate ": "# ",
            "ssl_certificate_key ": "# ",
            "/var/log/nginx": str(folder),
            "rate=20r/s": "rate=1000r/s",
            # Each visitor is in a network of its own.
            "X-Forwarded-For $remote_addr": "X-Forwarded-For $http_x_forwarded_for",
        }.items():
            assert old in site
            site = site.replace(old, new)
        upstreams = (NGINX / "p2c-upstream.conf").read_text()
        for old, new in zip((8000, 8001), webs, strict=True):
            upstreams = upstreams.replace(f"127.0.0.1:{old}", f"127.0.0.1:{new}")
        folders = "".join(
            f"{kind}_temp_path {folder}/{kind};\n"
            for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        (folder / "nginx.conf").write_text(
            f"daemon off;\npid {folder}/pid;\nevents {{}}\nhttp {{\n{folders}{upstreams}{site}}}\n"
        )
        self.port = port
        command = [nginx, "-e", str(folder / "nginx.log"), "-c", str(folder / "nginx.conf")]
        super().__init__("nginx", command, environment={}, folder=folder)

    def answers(self):
        with socket.socket() as attempt:
            return attempt.connect_ex(("127.0.0.1", self.port)) == 0


class Load:
    """Visitors who read pages and send forms, one after the other, until it ends."""

    def __init__(self, url):
        self.url = url
        self.ends = threading.Event()
        self.numbers = itertools.count(1)
        self.requests = 0
        self.troubles = []
        self.received = {}
        self.threads = [
            threading.Thread(target=self.repeat, args=[step])
            for step in [self.read] * READERS + [self.apply] * APPLICANTS
        ]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.ends.set()
        for thread in self.threads:
            thread.join()

    def goes_on(self):
        """Wait until some more requests were answered."""
        before = self.requests
        assert eventually(lambda: self.requests > before + 20, within=UP_WITHIN)

    def repeat(self, step):
        while not self.ends.is_set():
            number = next(self.numbers)
            network = f"198.18.{number // 250}.{number % 250}"
            visitor = Visitor(self.url, **{"X-Forwarded-For": network})
            try:
                step(visitor, number)
            except (OSError, http.client.HTTPException) as trouble:
                self.troubles.append(repr(trouble))

    def read(self, visitor, number):
        self.expect(200, visitor.get(PAGES[number % len(PAGES)]))

    def apply(self, visitor, number):
        """Fill in the form, check the answers, and send them, with each answer as it must be."""
        form = hidden_fields(self.expect(200, visitor.get(FORM)))
        typed = {"organisation_name": f"Organisation {number}", "email": f"a{number}@example.org"}
        kept = {name: form[name] for name in ("submission_key", "started", "page")}
        self.expect(302, visitor.post(FORM, ANSWERS | typed | kept))
        checked = hidden_fields(self.expect(200, visitor.get(CHECK)))
        del checked["csrfmiddlewaretoken"]
        self.expect(302, visitor.post(CHECK, checked))
        thanks = self.expect(200, visitor.get(THANKS))
        self.received[f"Organisation {number}"] = REFERENCE.search(text_of(thanks))[0]

    def expect(self, status, answer):
        self.requests += 1
        if answer.status != status:
            self.troubles.append((answer.status, answer.headers.get("Location"), answer.body[:200]))
            raise http.client.HTTPException
        return answer


def deploy_under_load(nginx, folder):
    """Restart both web processes some times under load; return the load."""
    collect_static()
    make_call()
    ports, port = (free_port(), free_port()), free_port()
    given = environment(
        database_url=database_url(),
        broker_url="memory://",
        site_url=f"http://127.0.0.1:{port}",
        TRUSTED_PROXIES="1",
    )
    with ExitStack() as stack:
        webs = [stack.enter_context(WebUnit(each, given, folder)) for each in ports]
        stack.enter_context(Proxy(nginx, port, ports, folder))
        load = stack.enter_context(Load(given["SITE_URL"]))
        for _round in range(ROUNDS):
            for web in webs:
                load.goes_on()
                web.restart()
        load.goes_on()
    return load


# Each restart waits for a process that loads the portal. tests/deploy/test_web_server.py is for CI.
@pytest.mark.long
@pytest.mark.timeout(600)
def test_no_request_fails_while_both_web_processes_restart(tmp_path):
    with unless_missing():
        nginx = program("nginx")

    load = deploy_under_load(nginx, tmp_path)

    assert load.troubles == []
    assert len(load.received) >= 2 * ROUNDS
    # Each form that was sent arrived, and arrived once.
    stored = dict(Member.objects.values_list("organisation_name", "reference"))
    assert stored == load.received
    assert Member.objects.count() == len(load.received)
