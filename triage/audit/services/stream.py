"""The audit as a stream to the collector of a security team: a line of JSON for each event.

A task sends the lines, so no page waits for the collector. The lines are numbered. Each is sent at
least once, and a collector that misses a number finds the line in an export of that time, by its
`id`. The lines have the names of those who act, and no address of a person and no old or new value,
because an erasure does not reach the collector.
"""

import logging
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import groupby
from operator import itemgetter
from typing import Any, Final
from urllib.parse import urlsplit

from django.conf import settings

from accounts.models import ONLY, StreamPosition
from triage.audit.services.lines import as_json, audit_lines

logger = logging.getLogger(__name__)
# A row is stored some time after its own time: a task may take 90 seconds.
SETTLED_AFTER: Final = timedelta(minutes=2)
# The next run continues. A task may take a minute.
TIME_BUDGET: Final = timedelta(seconds=20)
# Seconds to wait for a collector.
TIMEOUT: Final = 3
KINDS: Final = {"udp": socket.SOCK_DGRAM, "tcp": socket.SOCK_STREAM}
# RFC 5424: the facility "log audit" with the severity "informational".
PRIORITY: Final = 13 * 8 + 6


def send_new_lines(*, clock: Callable[[], datetime]) -> int:
    """Send what happened since the last run to the collector, and return the number of lines.

    The first run only notes the time. If the collector does not answer, the next run begins again.
    """
    begin = clock()
    limit = begin - SETTLED_AFTER
    position, is_new = StreamPosition.objects.get_or_create(pk=ONLY, defaults={"until": limit})
    if is_new or not settings.AUDIT_SYSLOG or position.until >= limit:
        return 0
    until, number = limit, position.number
    try:
        with connected(settings.AUDIT_SYSLOG) as collector:
            lines = audit_lines(since=position.until, until=limit, is_whole=False)
            for moment, group in groupby(lines, key=itemgetter(0)):
                if clock() > begin + TIME_BUDGET:
                    until = moment
                    break
                for _at, facts in group:
                    number += 1
                    send(collector, {"number": number, **facts})
    except OSError as trouble:
        logger.warning("The audit is not sent: %s", type(trouble).__name__)
        return 0
    # If two tasks run at once, both send the same lines with the same numbers.
    unmoved = StreamPosition.objects.filter(pk=ONLY, until=position.until)
    unmoved.update(until=until, number=number)
    return number - position.number


@contextmanager
def connected(address: str) -> Iterator[socket.socket]:
    """Connect with a collector for a block. Raises OSError."""
    url = urlsplit(address)
    place: Any
    if url.scheme == "unix":
        family, kind, place = socket.AF_UNIX, socket.SOCK_DGRAM, url.path
    else:
        kind = KINDS[url.scheme]
        family, _kind, _protocol, _name, place = socket.getaddrinfo(
            url.hostname, url.port, type=kind
        )[0]
    with socket.socket(family, kind) as collector:
        collector.settimeout(TIMEOUT)
        collector.connect(place)
        yield collector


def is_address(address: str) -> bool:
    """Return whether a text is the address of a collector."""
    try:
        url = urlsplit(address)
        is_server = url.scheme in KINDS and bool(url.hostname and url.port)
    except ValueError:
        return False
    return is_server or (url.scheme == "unix" and bool(url.path))


def send(collector: socket.socket, facts: dict[str, Any]) -> None:
    """Send one line as RFC 5424 has it, with an end of line on a stream. Raises OSError."""
    header = f"<{PRIORITY}>1 {facts['at']} {socket.gethostname()} p2c-portal {os.getpid()} audit -"
    end = "\n" if collector.type == socket.SOCK_STREAM else ""
    collector.sendall(f"{header} {as_json(facts)}{end}".encode())
