"""How the log is written, and what it must not hold: keys, passwords, what people typed."""

import logging
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from pythonjsonlogger.json import JsonFormatter

SECRETS = (
    # The last part of a private link's path is the recipient's key.
    (
        re.compile(
            r"(/(?:expression-of-interest(?:/draft|/role)?|working-group|calendar/private|bulletins|unsubscribe)/)"
            r"(?!received/)[^/\s?\"']{16,}"
        ),
        r"\1…",
    ),
    # Who signs in to a server, and their password.
    (re.compile(r"(?<=://)[^\s\"']*@"), "…@"),
    # Addresses of people.
    (
        re.compile(
            r"[^\s@<>()\[\],;:'\"=…]+@[^\s@<>()\[\],;:'\"]+\.[^\s@<>()\[\],;:'\"]+",
        ),
        "…",
    ),
    # What somebody searched for.
    (re.compile(r"(?<=[\w/.…])\?[^\s\"'?]*=[^\s\"']*"), "?…"),
    # Where PostgreSQL refuses a row it repeats it, to the end of its message.
    (
        re.compile(
            r"((?:^|\\n)\s*(?:DETAIL|CONTEXT|QUERY|LINE \d+): )"
            r".*?(?=\nTraceback \(|\n\n(?:The above|During) |\Z)",
            re.MULTILINE | re.DOTALL,
        ),
        r"\1…",
    ),
)
# Whatever is shorter tells nothing, and would blot out half of a traceback.
MIN_MASKED_LENGTH = 4
# All that a line of JSON has; more may be attached to a record, such as a request.
FIELDS = ("at", "level", "logger", "message", "exception", "stack", "status")


def mask(text: str) -> str:
    """Return a text in which keys, passwords, addresses of people and searches are three dots."""
    for secret, instead in SECRETS:
        text = secret.sub(instead, text)
    return text


def posted_to(request: Any) -> Iterator[str]:
    """Yield what was posted with a request, the longest first, if the view has read it."""
    # Not request.POST, which would read now what the view has not.
    posted = getattr(request, "_post", None)
    if posted is None:
        return
    values = {value.strip() for _name, listed in posted.lists() for value in listed}
    yield from sorted(
        (value for value in values if len(value) >= MIN_MASKED_LENGTH), key=len, reverse=True
    )


def masked(text: str, record: logging.LogRecord) -> str:
    """Return a text of a record without secrets, and without what was posted with its request."""
    for value in posted_to(getattr(record, "request", None)):
        text = text.replace(value, "…")
    return mask(text)


class MaskedFormatter(logging.Formatter):
    """One line a record, for people; secrets are masked in it and in its traceback."""

    def __init__(self) -> None:
        super().__init__("{asctime} {levelname} {name} {message}", style="{")

    def format(self, record: logging.LogRecord) -> str:
        return masked(super().format(record), record)


class MaskedJsonFormatter(JsonFormatter):
    """One JSON object a record, for what gathers logs; with the same secrets masked."""

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


# What LOG_FORMAT may be.
FORMATTERS: dict[str, type[logging.Formatter]] = {
    "line": MaskedFormatter,
    "json": MaskedJsonFormatter,
}
