"""Ask ClamAV's daemon about a file, by the command INSTREAM of its protocol (`man clamd`).

The library clamav-client limits the time of each read and write only, so that a slow daemon would
hold up a page; its predecessors have had no release for years.
"""

import socket
import struct
import time
from collections.abc import Iterable
from datetime import timedelta
from typing import Any, Final

from django.conf import settings

# In bytes.
MAX_ANSWER_LENGTH: Final = 1024


class ScannerAway(Exception):
    """The scanner cannot be reached."""


class NotScanned(Exception):
    """The scanner said nothing about this file in time, or answered with an error."""


def find_malware(content: Iterable[bytes], *, timeout: timedelta) -> str:
    """Return the name of the signature that matches a file, or nothing if the file is clean.

    Raises ScannerAway and NotScanned.
    """
    deadline = time.monotonic() + timeout.total_seconds()
    try:
        scanner = _connection(timeout.total_seconds())
    except OSError as trouble:
        raise ScannerAway(type(trouble).__name__) from trouble
    with scanner:
        try:
            answer = _answer(scanner, content, deadline)
        except OSError as trouble:
            raise NotScanned(type(trouble).__name__) from trouble
    finding, _space, outcome = answer.removeprefix("stream: ").rpartition(" ")
    if outcome == "FOUND" and finding:
        return finding
    if answer == "stream: OK":
        return ""
    raise NotScanned(answer or "no answer")


def _connection(timeout: float) -> socket.socket:
    address: Any = settings.CLAMD
    if not isinstance(address, str):
        return socket.create_connection(address, timeout)
    scanner = socket.socket(socket.AF_UNIX)
    scanner.settimeout(timeout)
    try:
        scanner.connect(address)
    except OSError:
        scanner.close()
        raise
    return scanner


def _answer(scanner: socket.socket, content: Iterable[bytes], deadline: float) -> str:
    """Send a file in chunks, and return the answer."""
    try:
        _send(scanner, b"zINSTREAM\0", deadline)
        for chunk in content:
            _send(scanner, struct.pack("!L", len(chunk)) + chunk, deadline)
        _send(scanner, struct.pack("!L", 0), deadline)
    except ConnectionError:
        # Of a file that is too large, the scanner says so and reads no more.
        pass
    answer = b""
    while not answer.endswith(b"\0") and len(answer) < MAX_ANSWER_LENGTH:
        scanner.settimeout(_left(deadline))
        if not (received := scanner.recv(MAX_ANSWER_LENGTH)):
            break
        answer += received
    return answer.rstrip(b"\0").decode("utf-8", "replace")


def _send(scanner: socket.socket, data: bytes, deadline: float) -> None:
    scanner.settimeout(_left(deadline))
    scanner.sendall(data)


def _left(deadline: float) -> float:
    """Return the seconds that are left. Raises TimeoutError if there are none."""
    if (left := deadline - time.monotonic()) <= 0:
        raise TimeoutError
    return left
