import io
import json
import logging
import runpy
import sys
from pathlib import Path

import pytest
from allauth.mfa.models import Authenticator
from celery import signals
from celery.app.trace import LOG_FAILURE, LOG_RECEIVED, LOG_RETRY, LOG_SUCCESS
from django.conf import settings
from django.test import Client
from fido2.utils import websafe_encode
from gunicorn.config import Config

from p2c_portal.log_formatters import FIELDS, FORMATTERS, mask
from tests.accounts.second_factor import (
    SECRET,
    come_by_passkey,
    give_app,
    passkey_of,
    send_code,
    sign_in,
    with_password,
    wrong_code,
)
from tests.eoi.form import ANSWERS, posted

TOKEN = "WzEyMyw0XQ:1mXyZ0-AbCdEfGhIjKlMnOpQrStUvWxYz_0123456789"
PASSWORD = "correct horse battery staple"
FORM = "/en/expression-of-interest/"


def logged(message, *arguments, log_format="line", exc_info=None, **attached):
    """Return the output of a handler for a record."""
    record = logging.LogRecord("a", logging.INFO, __file__, 1, message, arguments, exc_info)
    record.created = 1635163200.25
    vars(record).update(attached)
    return FORMATTERS[log_format]().format(record)


def raised(error):
    """Return an exception with its traceback, as a logger gets it."""
    try:
        raise error
    except type(error):
        return sys.exc_info()


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        (f"/en/working-group/{TOKEN}/", "/en/working-group/…/"),
        (f"/fr/expression-of-interest/{TOKEN}/", "/fr/expression-of-interest/…/"),
        (
            f"/en/expression-of-interest/sign-off/{TOKEN}/",
            "/en/expression-of-interest/sign-off/…/",
        ),
        (f"GET /en/reply/remote/{TOKEN}/ HTTP/1.1", "GET /en/reply/remote/…/ HTTP/1.1"),
        (f"/en/reply/any-word/{TOKEN}/", "/en/reply/any-word/…/"),
        (f"GET /ar/join/{TOKEN}/ HTTP/1.1", "GET /ar/join/…/ HTTP/1.1"),
        (f"POST /en/date-poll/{TOKEN}/ HTTP/1.1", "POST /en/date-poll/…/ HTTP/1.1"),
        ("/en/my/date-polls/6b1f6a3e/", "/en/my/date-polls/6b1f6a3e/"),
        (
            f"POST /es/opportunities/private/{TOKEN}/N-7K3MQ9/renew/ HTTP/1.1",
            "POST /es/opportunities/private/…/N-7K3MQ9/renew/ HTTP/1.1",
        ),
        (f"/accounts/invitation/{TOKEN}/", "/accounts/invitation/…/"),
        (f"/calendar/private/{TOKEN}.ics", "/calendar/private/…"),
        (f"POST /unsubscribe/{TOKEN}/ HTTP/1.1", "POST /unsubscribe/…/ HTTP/1.1"),
        (f"GET /fr/bulletins/{TOKEN}/ HTTP/1.1", "GET /fr/bulletins/…/ HTTP/1.1"),
        (f"GET /calendar/private/{TOKEN}.ics HTTP/1.1", "GET /calendar/private/… HTTP/1.1"),
        ("/en/expression-of-interest/received/", "/en/expression-of-interest/received/"),
        (
            "/en/expression-of-interest/before-you-start/",
            "/en/expression-of-interest/before-you-start/",
        ),
        ("/calendar/empowering-communities.ics", "/calendar/empowering-communities.ics"),
        ("redis://:s3cret@127.0.0.1:6379/0 is away", "redis://…@127.0.0.1:6379/0 is away"),
        ("'postgres://p2c:s3/c@ret@db:5432/p2c'", "'postgres://…@db:5432/p2c'"),
        ("550 5.1.1 <ada.l@example.org>: no such user", "550 5.1.1 <…>: no such user"),
        ("celery@worker1 ready.", "celery@worker1 ready."),
        (
            "GET /admin/members/member/?q=Ada+Lovelace HTTP/1.1",
            "GET /admin/members/member/?… HTTP/1.1",
        ),
        ("Is it there? a=b", "Is it there? a=b"),
        ("twice\nDETAIL:  Key (email)=(x) exists\nof it", "twice\nDETAIL: …"),
        ("Error('twice\\nDETAIL:  Key (email)=(x)')", "Error('twice\\nDETAIL: …"),
    ],
)
def test_mask_hides_secrets_and_nothing_else(text, masked):
    assert mask(text) == masked


@pytest.mark.parametrize("log_format", FORMATTERS)
def test_log_of_a_refused_row_goes_on_after_what_the_database_repeats(log_format):
    cause = raised(ValueError("twice\nDETAIL:  Failing row contains (7, Ada\n\nLovelace).\n"))[1]
    error = RuntimeError("not stored")
    error.__cause__ = cause

    written = logged("Internal Server Error", log_format=log_format, exc_info=raised(error))

    assert "Ada" not in written
    assert "Lovelace" not in written
    assert "RuntimeError: not stored" in written


@pytest.mark.parametrize("log_format", FORMATTERS)
def test_log_masks_what_was_posted_with_the_request(rf, log_format):
    request = rf.post("/", {"family_name": "Ng’ang’a", "country": "KE"})
    request.POST.get("family_name")

    written = logged(
        "Internal Server Error: /",
        log_format=log_format,
        exc_info=raised(KeyError("Ng’ang’a of KE")),
        request=request,
    )

    assert "ang’a" not in written
    assert "\\u2019a" not in written
    assert "of KE" in written


def test_json_has_an_object_a_line_with_known_fields_alone(rf):
    line = logged(
        "Not Found: %s",
        "/en/nowhere/",
        log_format="json",
        exc_info=raised(ValueError("two\nlines")),
        status_code=404,
        request=rf.get("/en/nowhere/"),
        data={"args": "private"},
    )

    found = json.loads(line)
    assert found.pop("exception").endswith("ValueError: two\nlines")
    assert list(found.items()) == [
        ("at", "2021-10-25T12:00:00.250000+00:00"),
        ("level", "INFO"),
        ("logger", "a"),
        ("message", "Not Found: /en/nowhere/"),
        ("status", 404),
    ]
    assert {*found, "exception"} < set(FIELDS)
    assert "\n" not in line


@pytest.mark.parametrize("log_format", FORMATTERS)
def test_web_server_masks_its_logs(settings, log_format):
    settings.LOG_FORMAT = log_format
    conf = runpy.run_path(Path(settings.BASE_DIR) / "gunicorn.conf.py")
    asked_for = Config()
    asked_for.set("accesslog", "-")
    logger = conf["logger_class"](asked_for)
    written = io.StringIO()
    for log in (logger.access_log, logger.error_log):
        [handler] = [each for each in log.handlers if type(each) is logging.StreamHandler]
        handler.setStream(written)

    logger.access_log.info('%(r)s "%(f)s"', {"r": f"GET /en/working-group/{TOKEN}/", "f": "-"})
    logger.error("Error handling request %s", "/admin/members/member/?q=Ada")

    access, error = written.getvalue().splitlines()
    assert "GET /en/working-group/…/" in access or "GET /en/working-group/\\u2026/" in access
    assert "Ada" not in error


def test_workers_log_as_settings_say():
    before = logging.getLogger().handlers
    signals.setup_logging.send(sender=None)
    handlers = logging.getLogger().handlers
    logging.getLogger().handlers = before

    assert [type(handler.formatter) for handler in handlers] == [FORMATTERS["line"]]


@pytest.mark.parametrize(
    ("logger", "message", "is_written"),
    [
        ("celery.worker.strategy", LOG_RECEIVED, False),
        ("celery.app.trace", LOG_SUCCESS, False),
        ("celery.app.trace", LOG_RETRY, True),
        ("celery.app.trace", LOG_FAILURE, True),
        ("celery.worker.strategy", "Received unknown message", True),
        ("celery.worker.consumer.connection", "Connected", True),
    ],
)
def test_log_leaves_out_tasks_that_go_as_usual(logger, message, is_written):
    configured = settings.LOGGING["loggers"].get(logger, {})
    record = logging.LogRecord(logger, logging.INFO, __file__, 1, message, None, None)

    kept = [
        settings.LOGGING["filters"][name]["callback"](record)
        for name in configured.get("filters", [])
    ]

    assert all(kept) == is_written


# Logs of the running portal ----------------------------------------------------------------------


@pytest.fixture
def log(caplog):
    """Record what is logged from level DEBUG."""
    for name in ("", "django", "celery", "outbox"):
        caplog.set_level("DEBUG", logger=name)
    return caplog


def written_in(log, log_format):
    """Return the log as the portal writes it."""
    return "\n".join(FORMATTERS[log_format]().format(record) for record in log.records)


def held_by(text, *secrets):
    """Return the secrets that a log has, as they are or escaped for JSON."""
    return [secret for secret in secrets if secret in text or json.dumps(secret)[1:-1] in text]


TYPED = [
    ANSWERS[name]
    for name in ("organisation_name", "motivation", "given_name", "family_name", "email")
]


def keys_of(client):
    """Return the secrets of a browser: its session and its CSRF token."""
    return [cookie.value for cookie in client.cookies.values() if len(cookie.value) > 8]


@pytest.mark.parametrize("log_format", FORMATTERS)
def test_log_of_a_second_factor_tells_no_code_and_no_key(log, client, log_format):
    user = with_password(email="ada.lovelace@example.org")
    key = passkey_of(user)
    give_app(user)
    [recovery_code, *_others] = (
        Authenticator.objects.get(user=user, type="recovery_codes").wrap().get_unused_codes()
    )
    typed = [wrong_code(), recovery_code]
    log.clear()
    sign_in(client, user)

    codes = [send_code(client, code).status_code for code in typed]
    client.post("/accounts/sign-out/")
    let_in = come_by_passkey(client, key).status_code

    assert (codes, let_in) == ([422, 302], 302)
    written = written_in(log, log_format)
    assert "Unprocessable" in written
    secrets = [*typed, SECRET, websafe_encode(key.id), key.id.hex(), "ada.lovelace", PASSWORD]
    assert held_by(written, *secrets, *keys_of(client)) == []


@pytest.mark.usefixtures("_open_call")
@pytest.mark.parametrize("log_format", FORMATTERS)
def test_log_of_an_expression_of_interest_that_breaks_the_portal_tells_nothing_of_it(
    log, settings, log_format
):
    # A version that the database refuses. PostgreSQL repeats the row in its error.
    settings.PRIVACY_NOTICE_VERSION = ""
    client = Client(raise_request_exception=False)

    response = client.post(FORM, posted(confirmed="1", time_zone="Africa/Nairobi"))

    assert response.status_code == 500
    written = written_in(log, log_format)
    assert "Internal Server Error: /en/expression-of-interest/" in written
    assert "IntegrityError" in written
    assert [typed for typed in TYPED if typed in response.content.decode()] == []
    assert held_by(written, *TYPED, *keys_of(client)) == []


def test_log_has_handlers_that_mask_and_send_no_mail():
    handlers = settings.LOGGING["handlers"].values()

    assert {handler["class"] for handler in handlers} == {"logging.StreamHandler"}
    for handler in handlers:
        formatter = settings.LOGGING["formatters"][handler["formatter"]]
        assert formatter == {"()": FORMATTERS["line"]}
    assert (settings.ADMINS, settings.MANAGERS) == ([], [])


@pytest.mark.parametrize("log_format", FORMATTERS)
def test_log_masks_arguments_and_tracebacks(log_format):
    error = raised(ValueError(f"https://portal.example/en/working-group/{TOKEN}/"))
    said = ("Not Found: %s", f"/en/working-group/{TOKEN}/")

    written = logged(*said, log_format=log_format, exc_info=error)

    assert TOKEN not in written
    assert "Not Found: /en/working-group/" in written
    assert "ValueError: https://portal.example/en/working-group/" in written
