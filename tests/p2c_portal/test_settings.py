"""Settings as a new process reads them, without the environment of this process."""

import json
import os
import subprocess
import sys
import tomllib
from functools import cache
from pathlib import Path

import pytest
from django.conf import settings

from p2c_portal.databases import QuickConnection

ROOT = Path(settings.BASE_DIR)
LONG_KEY = "a-key-of-its-own-4f1d8c0b7e2a9635-that-nobody-else-has"
HERE = {"SECRET_KEY": LONG_KEY, "SITE_URL": "http://127.0.0.1:8000"}
PRODUCTION = {"SECRET_KEY": LONG_KEY, "SITE_URL": "https://portal.example"}
PROVIDER = {"WEBHOOK_SECRET": "provider:a-password-of-more-than-twenty"}
MORE = {
    "SECURE_HSTS_SECONDS": "31536000",
    "SECURE_HSTS_INCLUDE_SUBDOMAINS": "true",
    "SECURE_HSTS_PRELOAD": "true",
    "STAFF_SECOND_FACTOR": "true",
    "SECRET_KEY_FALLBACKS": "former-one,former-two",
    "READYZ_TOKEN": "x" * 20,
}
SHOW = """
import json
from django.conf import settings
# All but what is translated, which settings alone cannot do.
names = {name for name in dir(settings) if name.isupper()} - {"LANGUAGES"}
shown = {name: getattr(settings, name) for name in names}
print(json.dumps(shown, default=str, skipkeys=True))
"""


def run(*command, **environment):
    return subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env={
            "PATH": os.environ["PATH"],
            "READ_DOT_ENV": "false",
            "DJANGO_SETTINGS_MODULE": "p2c_portal.settings",
            **environment,
        },
        capture_output=True,
        text=True,
        check=False,
    )


@cache
def _shown(environment):
    """Return all settings for an environment. A process starts once for each environment."""
    return json.loads(run("-c", SHOW, **dict(environment)).stdout)


def values_of(*names, **environment):
    shown = _shown(frozenset(environment.items()))
    return [shown[name] for name in names]


def warnings_of(**environment):
    """Return the result of the deployment check, and its messages."""
    ended = run("manage.py", "check", "--deploy", "--fail-level", "WARNING", **environment)
    return ended.returncode, ended.stderr


def test_https_is_promised_for_a_short_time_and_for_one_host_unless_more_is_asked_for():
    hsts = ("SECURE_HSTS_SECONDS", "SECURE_HSTS_INCLUDE_SUBDOMAINS", "SECURE_HSTS_PRELOAD")

    assert values_of(*hsts, **PRODUCTION) == [3600, False, False]
    assert values_of(*hsts, **PRODUCTION, **MORE) == [31_536_000, True, True]
    assert values_of("SECURE_HSTS_SECONDS", **HERE, **MORE) == [0]


POSTGRESQL = "postgres://portal:secret@127.0.0.1:5432/portal"
OWN_OPTIONS = "?sslmode=require&connect_timeout=9&options=-c%20statement_timeout%3D9000"


@pytest.mark.parametrize(
    ("given", "options"),
    [
        ({}, {"connect_timeout": 5, "options": "-c jit=off"}),
        # Options of the database's address are kept, and win.
        (
            {"DATABASE_URL": POSTGRESQL + OWN_OPTIONS},
            {
                "sslmode": "require",
                "connect_timeout": 9,
                "options": "-c jit=off -c statement_timeout=9000",
            },
        ),
        # A pooler that refuses options is sent none.
        ({"POSTGRES_OPTIONS": ""}, {"connect_timeout": 5}),
    ],
)
def test_postgresql_is_sent_its_options_and_a_broken_connection_is_noticed(given, options):
    [databases] = values_of("DATABASES", **{**HERE, "DATABASE_URL": POSTGRESQL, **given})

    assert databases["default"]["OPTIONS"] == options
    assert databases["default"]["CONN_HEALTH_CHECKS"] is True


def test_sqlite_is_sent_none_of_postgresqls_options():
    [databases] = values_of("DATABASES", **HERE)

    assert sorted(databases["default"]["OPTIONS"]) == [
        "init_command",
        "timeout",
        "transaction_mode",
    ]


def test_check_for_deployment_passes_with_production_settings():
    assert warnings_of(**PRODUCTION)[0] == 0


@pytest.fixture
def example():
    """Return what .env.example sets."""
    lines = (ROOT / ".env.example").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def test_example_key_does_not_start_behind_https(example):
    ended = run("manage.py", "check", **{**example, "SITE_URL": "https://portal.example"})

    assert ended.returncode == 1
    assert "SECRET_KEY is the one of .env.example" in ended.stderr


def test_embedded_broker_has_a_file_whose_taken_tasks_are_deleted_and_redis_may_not_hang():
    redis = {**HERE, "CELERY_BROKER_URL": "redis://127.0.0.1:6379/0"}
    file = str(ROOT / "var" / "broker.sqlite3")
    names = "IS_REDIS_BROKER", "EMBEDDED_BROKER_FILE", "CELERY_BROKER_URL"
    more = "CELERY_BROKER_TRANSPORT_OPTIONS", "CELERY_BEAT_SCHEDULE"

    embedded, on_redis = values_of(*names, **HERE), values_of(*names, **redis)
    options, schedule = values_of(*more, **HERE)
    redis_options, schedule_on_redis = values_of(*more, **redis)

    assert embedded == [False, file, f"sqla+sqlite:///{file}"]
    assert on_redis == [True, "", redis["CELERY_BROKER_URL"]]
    assert options == {"connect_args": {"factory": str(QuickConnection), "timeout": 1}}
    assert set(schedule) - set(schedule_on_redis) == {"p2c_portal.tasks.delete_taken_tasks"}
    assert redis_options["socket_timeout"] == redis_options["socket_connect_timeout"] == 0.5


def test_no_provider_reports_unless_one_is_named():
    assert values_of("MAIL_PROVIDER", "MAIL_BY_API", **HERE, MAIL_BY_API="true") == ["", False]


def test_mail_goes_by_smtp_or_by_the_providers_interface_and_reports_come_in_either_way():
    given = {
        **HERE,
        **PROVIDER,
        "MAIL_PROVIDER": "postmark",
        "MAIL_PROVIDER_OPTIONS": "POSTMARK_SERVER_TOKEN=abc=",
        "EMAIL_URL": "smtp+tls://name:password@smtp.example:587",
    }

    by_smtp = values_of("MAIL_BACKEND", **given)
    by_api = values_of("MAIL_BACKEND", "ANYMAIL", **given, MAIL_BY_API="true")

    assert by_smtp == ["outbox.services.smtp.RecordingSMTPBackend"]
    assert by_api == [
        "anymail.backends.postmark.EmailBackend",
        {
            "POSTMARK_SERVER_TOKEN": "abc=",
            "WEBHOOK_SECRET": ["provider:a-password-of-more-than-twenty"],
            "REQUESTS_TIMEOUT": 20,
        },
    ]


@pytest.mark.parametrize(
    ("given", "refusal"),
    [
        ({"SITE_URL": HERE["SITE_URL"]}, "Set SECRET_KEY in the environment or in .env"),
        ({"SECRET_KEY": LONG_KEY}, "Set SITE_URL in the environment or in .env"),
        ({**HERE, "LOG_FORMAT": "JSON "}, "LOG_FORMAT is line or json."),
        (
            {**HERE, "MAILING_SECOND_PERSON_ABOVE": "-1"},
            "MAILING_SECOND_PERSON_ABOVE is 0 or more.",
        ),
        (
            {**HERE, "COMMITMENT_SECOND_PERSON_ABOVE": "-1"},
            "COMMITMENT_SECOND_PERSON_ABOVE is 0 or more.",
        ),
        ({**HERE, "READYZ_TOKEN": "x" * 19}, "READYZ_TOKEN has 20 signs at least"),
        (
            {**HERE, "MAIL_PROVIDER": "pigeon", **PROVIDER},
            "MAIL_PROVIDER is one of brevo, mailgun",
        ),
        ({**HERE, "MAIL_PROVIDER": "postmark"}, "Set WEBHOOK_SECRET"),
        ({**HERE, "MAIL_PROVIDER": "postmark", "WEBHOOK_SECRET": "x:short"}, "20 signs at least"),
        ({**HERE, "MAIL_PROVIDER": "postmark", "WEBHOOK_SECRET": "no-colon-in-it-at-all"}, "colon"),
        ({**HERE, "MAIL_PROVIDER": "mailgun", **PROVIDER}, "MAILGUN_WEBHOOK_SIGNING_KEY"),
    ],
)
def test_portal_refuses_to_start_and_names_what_is_missing_or_could_be_guessed(given, refusal):
    ended = run("-c", SHOW, **given)

    assert ended.returncode == 1
    assert refusal in ended.stderr


def test_https_makes_cookies_secure_and_redirects_and_http_does_not():
    names = [f"{cookie}_COOKIE_SECURE" for cookie in ("SESSION", "CSRF", "LANGUAGE")]
    names += ["SECURE_SSL_REDIRECT", "SECURE_HSTS_SECONDS"]

    prefixed = ("SESSION_COOKIE_NAME", "CSRF_COOKIE_NAME")

    assert values_of(*names, **PRODUCTION) == [True, True, True, True, 3600]
    assert values_of(*prefixed, **PRODUCTION) == ["__Host-sessionid", "__Host-csrftoken"]
    assert values_of(*prefixed, **HERE) == ["sessionid", "csrftoken"]
    assert values_of(*names, **HERE) == [False, False, False, False, 0]


def test_settings_of_production_are_careful_by_themselves():
    cookies = [
        f"{cookie}_COOKIE_{flag}"
        for cookie in ("SESSION", "CSRF", "LANGUAGE")
        for flag in ("HTTPONLY", "SAMESITE")
    ]
    names = ("DEBUG", "ALLOWED_HOSTS", "EMAIL_BACKEND", "SECRET_KEY_FALLBACKS")

    assert values_of(*cookies, **PRODUCTION) == [True, "Lax"] * 3
    assert values_of(*names, **PRODUCTION) == [
        False,
        ["portal.example"],
        "outbox.services.allowlist.AllowlistBackend",
        [],
    ]
    silenced = values_of("SILENCED_SYSTEM_CHECKS", **PRODUCTION)
    assert silenced == [["security.W005", "security.W021"]]


def test_former_keys_and_the_token_of_monitors_are_taken_from_the_environment():
    assert values_of("SECRET_KEY_FALLBACKS", "READYZ_TOKEN", **HERE, **MORE) == [
        ["former-one", "former-two"],
        "x" * 20,
    ]


def test_second_factor_is_asked_for_where_the_site_is_https_or_where_it_is_wished():
    answers = [
        values_of("STAFF_SECOND_FACTOR", **given) for given in (PRODUCTION, HERE, HERE | MORE)
    ]

    assert answers == [[True], [False], [True]]


def test_check_for_deployment_warns_where_https_is_not_promised_or_a_second_factor_not_asked_for():
    given = {
        "SECURE_HSTS_SECONDS": "0",
        "STAFF_SECOND_FACTOR": "false",
        "INSTALLATION_FILE": "",
    }

    code, said = warnings_of(**PRODUCTION, **given)

    assert code == 1
    assert "security.W004" in said
    assert "accounts.W001" in said
    assert "p2c_portal.W001" in said


def test_example_is_complete_for_one_machine_and_its_key_is_warned_of(example):
    ended = run("manage.py", "check", "--deploy", **example)

    assert ended.returncode == 0, ended.stderr
    assert "security.W009" in ended.stderr


def test_version_is_that_of_the_project():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]

    assert project["version"] == settings.VERSION
