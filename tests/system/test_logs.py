"""What the real processes log during use, and while a service that they need is down."""

import json
import re
import subprocess
import sys
from datetime import timedelta
from http.cookiejar import CookieJar
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, build_opener

import pytest
from django.conf import settings
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.utils.timezone import now

from members.models import MemberStatus
from members.services.private_links import (
    LinkPurpose,
    confirmation_code,
    token_for,
    token_for_object,
)
from outbox.models import Message
from tests.eoi.form import ANSWERS, posted
from tests.factories import (
    CallFactory,
    EoiDraftFactory,
    FocalPointFactory,
    FocusAreaFactory,
    MemberFactory,
)
from tests.mail_server import free_port
from tests.portal import beat, collect_static, database_url, environment, web, worker
from tests.processes import eventually
from tests.servers import RedisServer
from tests.triage.staff import officer

pytestmark = [
    pytest.mark.patient,
    pytest.mark.postgresql_in_ci,
    pytest.mark.django_db(transaction=True),
]

SIGN_IN_PASSWORD = "correct horse battery staple"
REDIS_PASSWORD = "password-of-redis"
MAIL_PASSWORD = "password-of-the-mail-server"
DATABASE_PASSWORD = "password-of-the-database"
TROUBLE_WITHIN = 40
REQUEST_ID = "5a0e5e1c8f9b4d7f9f6f6b1f0f3c2d1e"


class Visitor:
    """A browser without images."""

    def __init__(self, site):
        self.site = site
        self.cookies = CookieJar()
        self.browser = build_opener(HTTPCookieProcessor(self.cookies))

    def open(self, address, answers=None):
        """Open a page, or send a form; return the status and text."""
        data = urlencode(answers).encode() if answers else None
        try:
            with self.browser.open(f"{self.site}{address}", data) as answer:
                return answer.status, answer.read().decode()
        except HTTPError as refused:
            return refused.code, refused.read().decode()

    def send(self, address, answers):
        """Open the page of a form, and send it with its CSRF token."""
        _status, page = self.open(address)
        [key, *_same] = re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
        return self.open(address, {**answers, "csrfmiddlewaretoken": key})


@pytest.fixture
def redis_server():
    with RedisServer() as server:
        with server.client() as client:
            client.config_set("requirepass", REDIS_PASSWORD)
        yield server


@pytest.fixture
def given(redis_server):
    at = f":{REDIS_PASSWORD}@127.0.0.1:{redis_server.port}"
    return environment(
        database_url=database_url(),
        broker_url=f"redis://{at}/0",
        cache_url=f"rediscache://{at}/1",
        EMAIL_URL=f"smtp://robot:{MAIL_PASSWORD}@127.0.0.1:{free_port()}",
        LOG_FORMAT="json",
        GUNICORN_CMD_ARGS="--access-logfile -",
    )


def test_processes_log_in_json_and_no_secret(redis_server, given, tmp_path):
    collect_static()
    call = CallFactory(opens_at=now() - timedelta(days=1), closes_at=now() + timedelta(days=1))
    FocusAreaFactory()
    staff = officer()
    # With the processes' own hasher, because they do not know that of the tests.
    staff.password = PBKDF2PasswordHasher().encode(SIGN_IN_PASSWORD, "salt", iterations=1000)
    staff.save()
    member = MemberFactory(call=call, status=MemberStatus.ADMITTED)
    focal_point = FocalPointFactory(member=member)
    page, feed, own = (
        token_for(focal_point, purpose)
        for purpose in (LinkPurpose.WORKING_GROUP, LinkPurpose.FEED, LinkPurpose.EOI)
    )
    draft = token_for_object(EoiDraftFactory(call=call, expires_at=now() + timedelta(days=1)))
    with (
        web(given, tmp_path) as site,
        worker(given, tmp_path) as work,
        beat(given, tmp_path) as rest,
    ):
        visitor, colleague = Visitor(site.url), Visitor(site.url)
        answers = {"username": staff.email, "password": SIGN_IN_PASSWORD}
        seen = [
            visitor.open(f"/en/working-group/{page}/")[0],
            visitor.open(f"/calendar/private/{feed}.ics")[0],
            visitor.open(f"/en/working-group/{page}x/")[0],
            visitor.open(f"/en/expression-of-interest/{own}/")[0],
            visitor.open(f"/en/expression-of-interest/{own}/hand-over/")[0],
            visitor.open(f"/en/expression-of-interest/draft/{draft}/")[0],
            colleague.send("/accounts/sign-in/", answers)[0],
            colleague.open("/admin/members/member/?q=Lovelace")[0],
        ]
        visitor.browser.addheaders.append(("X-Request-ID", REQUEST_ID))
        sent = visitor.send("/en/expression-of-interest/", posted(confirmed="1", time_zone="UTC"))
        seen.append(sent[0])
        is_tried = eventually(
            lambda: Message.objects.exclude(server_response="").exists(), within=TROUBLE_WITHIN
        )
        redis_server.stop()
        new = {"submission_key": "another-key", "motivation": "Something else."}
        again = posted(confirmed="1", time_zone="UTC", **new)
        seen.append(visitor.send("/en/expression-of-interest/", again)[0])
        seen.append(visitor.open("/readyz")[0])
        has_noticed = eventually(
            lambda: all("onnect" in process.log.read_text() for process in (work, rest)),
            within=TROUBLE_WITHIN,
        )
        held = [cookie.value for each in (visitor, colleague) for cookie in each.cookies]
        # Before they end, because Celery logs messages of its own then.
        logs = {process.name: process.log.read_text() for process in (site, work, rest)}

    assert seen == [200, 200, 404, 200, 200, 200, 200, 200, 200, 200, 503]
    assert (is_tried, has_noticed) == (True, True)
    assert "GET /en/working-group/\\u2026/ HTTP/1.1" in logs["web"]
    assert "The broker takes no tasks" in logs["web"]
    lines = {name: [json.loads(line) for line in log.splitlines()] for name, log in logs.items()}
    assert {line["level"] for each in lines.values() for line in each} >= {
        "INFO",
        "WARNING",
        "ERROR",
    }
    # The request that queued the mail, in the log of the web server and of the worker.
    assert [
        name
        for name, each in lines.items()
        if any(line.get("request_id") == REQUEST_ID for line in each)
    ] == ["web", "worker"]
    secrets = [settings.SECRET_KEY, SIGN_IN_PASSWORD, REDIS_PASSWORD, MAIL_PASSWORD]
    secrets += [page, feed, own, draft, confirmation_code(focal_point)]
    typed = [ANSWERS["email"], ANSWERS["family_name"], ANSWERS["organisation_name"], "Lovelace"]
    assert len(held) == 5
    assert [
        (name, secret)
        for name, log in logs.items()
        for secret in (*secrets, *typed, staff.email, *held)
        if secret in log or json.dumps(secret).strip('"') in log
    ] == []


def test_command_that_reaches_no_database_names_no_password(given):
    nowhere = f"postgres://p2c:{DATABASE_PASSWORD}@127.0.0.1:{free_port()}/p2c"

    ended = subprocess.run(
        [sys.executable, "manage.py", "migrate"],
        cwd=settings.BASE_DIR,
        env={**given, "DATABASE_URL": nowhere},
        capture_output=True,
        text=True,
        check=False,
    )

    assert "Connection refused" in ended.stderr
    assert DATABASE_PASSWORD not in ended.stderr + ended.stdout
