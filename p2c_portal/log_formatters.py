"""Log formatters that mask keys, passwords and the data that people typed."""

import logging
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from django_guid import get_guid
from pythonjsonlogger.json import JsonFormatter

SECRETS = (
    # The last part of a private link's path is the recipient's key.
    (
        re.compile(
            r"(/(?:expression-of-interest(?:/draft|/role|/sign-off)?|working-group|calendar/private|bulletins|unsubscribe|invitation|reply/[^/\s]+|join|date-poll|framework|opportunities/private|commitments/(?:partner|report|host))/)"
            r"(?!(?:received|before-you-start)/)[^/\s?\"']{16,}"
        ),
        r"\1…",
    ),
    # The user name and password for a server.
    (re.compile(r"(?<=://)[^\s\"']*@"), "…@"),
    # E-mail addresses.
    (
        re.compile(
            r"[^\s@<>()\[\],;:'\"=…]+@[^\s@<>()\[\],;:'\"]+\.[^\s@<>()\[\],;:'\"]+",
        ),
        "…",
    ),
    # Query strings, which contain search terms.
    (re.compile(r"(?<=[\w/.…])\?[^\s\"'?]*=[^\s\"']*"), "?…"),
    # PostgreSQL repeats a row that it refuses, up to the end of its message.
    (
        re.compile(
            r"((?:^|\\n)\s*(?:DETAIL|CONTEXT|QUERY|LINE \d+): )"
            r".*?(?=\nTraceback \(|\n\n(?:The above|During) |\Z)",
            re.MULTILINE | re.DOTALL,
        ),
        r"\1…",
    ),
)
# Shorter values reveal nothing, and masking them would make a traceback unreadable.
MIN_MASKED_LENGTH = 4
# The only fields in a JSON line. A record may have more attributes, such as a request.
FIELDS = ("at", "level", "logger", "message", "exception", "stack", "status", "request_id")


def mask(text: str) -> str:
    """Return a text with keys, passwords, e-mail addresses and query strings replaced by "…"."""
    for secret, instead in SECRETS:
        text = secret.sub(instead, text)
    return text


def posted_to(request: Any) -> Iterator[str]:
    """Yield the posted values of a request, the longest first, if the view has read them."""
    # Not request.POST, which would read the data now if the view has not read it.
    posted = getattr(request, "_post", None)
    if posted is None:
        return
    values = {value.strip() for _name, listed in posted.lists() for value in listed}
    yield from sorted(
        (value for value in values if len(value) >= MIN_MASKED_LENGTH), key=len, reverse=True
    )


def masked(text: str, record: logging.LogRecord) -> str:
    """Return a text of a record without secrets and without the posted values of its request."""
    for value in posted_to(getattr(record, "request", None)):
        text = text.replace(value, "…")
    return mask(text)


def is_no_routine(record: logging.LogRecord) -> bool:
    """Return whether a record of Celery is more than a task that came or succeeded as usual."""
    return not str(record.msg).endswith(
        (" received", " succeeded in %(runtime)ss: %(return_value)s")
    )


class RequestId(logging.Filter):
    """Gives each record the identifier of the request that caused it, also in a task."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = get_guid() or "-"
        return True


class MaskedFormatter(logging.Formatter):
    """One line per record, for people. Secrets are masked in the line and in its traceback."""

    def __init__(self) -> None:
        super().__init__(
            "{asctime} {levelname} {name} [{request_id}] {message}",
            style="{",
            defaults={"request_id": "-"},
        )

    def format(self, record: logging.LogRecord) -> str:
        return masked(super().format(record), record)


class MaskedJsonFormatter(JsonFormatter):
    """One JSON object per record, for log collectors, with the same secrets masked."""

    def __init__(self) -> None:
        super().__init__(
            ["levelname", "name", "message"],
            rename_fields={
                "levelname": "level",
                "name": "logger",
                "exc_info": "exception",
                "status_code": "status",
                "stack_info": "stack",
            },
        )

    def add_fields(
        self,
        log_data: dict[str, Any],
        record: logging.LogRecord,
        message_dict: dict[str, Any],
    ) -> None:
        found: dict[str, Any] = {}
        super().add_fields(found, record, message_dict)
        found["at"] = datetime.fromtimestamp(record.created, tz=UTC).isoformat()
        for name in FIELDS:
            value = found.get(name)
            if value is not None:
                log_data[name] = masked(value, record) if isinstance(value, str) else value


# The possible values of LOG_FORMAT.
FORMATTERS: dict[str, type[logging.Formatter]] = {
    "line": MaskedFormatter,
    "json": MaskedJsonFormatter,
}


def logging_config(*, level: str, log_format: str) -> dict[str, Any]:
    """Return the configuration of the log, in which every handler masks secrets."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        # All formatters mask secrets.
        "formatters": {"masked": {"()": FORMATTERS[log_format]}},
        "filters": {
            "request_id": {"()": "p2c_portal.log_formatters.RequestId"},
            "no_routine": {"()": "django.utils.log.CallbackFilter", "callback": is_no_routine},
        },
        "handlers": {
            "console": {
                "class": "logging.StreamHandler",
                "formatter": "masked",
                "filters": ["request_id"],
            }
        },
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            "django": {"handlers": [], "level": level, "propagate": True},
            "django.server": {"handlers": ["console"], "level": level, "propagate": False},
            # Beat sends some hundred tasks an hour. Retries and failures are logged.
            "celery.app.trace": {"filters": ["no_routine"]},
            "celery.worker.strategy": {"filters": ["no_routine"]},
            # Their debug messages, even with LOG_LEVEL=DEBUG, would contain what people typed.
            "django.db.backends": {"level": "INFO"},
            "django.template": {"level": "INFO"},
            # It would report each request, and repeat what a client sends as an identifier.
            "django_guid": {"level": "ERROR"},
            # Its debug messages contain the passkeys that are used.
            "fido2": {"level": "WARNING"},
            # It would report each form of bounce that it looks for, and repeat what it found.
            "flufl.bounce": {"level": "CRITICAL"},
        },
    }
