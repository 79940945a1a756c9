"""Distinguishes database outages from errors of the portal, and notes whether a request wrote."""

import sqlite3
from collections.abc import Callable
from typing import Any, Final

from django.db import InterfaceError, OperationalError, connection
from django.http import HttpRequest
from django.http.response import HttpResponseBase

# PostgreSQL's error codes of a server that shuts down, has crashed, is starting, or accepts no more
# connections. Class 08, connection exceptions, counts too.
UNAVAILABLE: Final = ("57P01", "57P02", "57P03", "53300")
CONNECTION_EXCEPTION: Final = "08"
# Locked by another process for too long, cannot be opened, cannot be read.
UNAVAILABLE_SQLITE: Final = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_IOERR)
PRIMARY_CODE: Final = 0xFF
# psycopg2's message for a connection that has been lost earlier.
BROKEN_BEFORE: Final = "connection already closed"
WRITES_NOTHING: Final = ("SELECT", "BEGIN", "SAVEPOINT", "RELEASE", "ROLLBACK")

Answer = Callable[[HttpRequest], HttpResponseBase]


def is_outage(error: BaseException | None) -> bool:
    """Return whether an error means that the database is unavailable, not that a query is wrong.

    A query timeout, a deadlock or a missing table is not an outage.
    """
    if isinstance(error, InterfaceError):
        return BROKEN_BEFORE in str(error)
    if not isinstance(error, OperationalError):
        return False
    cause = error.__cause__
    if isinstance(cause, sqlite3.Error):
        return cause.sqlite_errorcode & PRIMARY_CODE in UNAVAILABLE_SQLITE
    if cause is None:
        return False
    # An error without a code did not come from the server: it is unreachable or disconnected.
    code = getattr(cause, "pgcode", None) or CONNECTION_EXCEPTION
    return code in UNAVAILABLE or code.startswith(CONNECTION_EXCEPTION)


def note_writes(get_response: Answer) -> Answer:
    """Return a middleware that notes on a request whether it may have written to the database.

    If an outage ends the request, the error page can say whether something may have been saved.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        def note(execute: Callable[..., Any], sql: str, *others: Any) -> Any:
            outcome = execute(sql, *others)
            if not sql.lstrip().upper().startswith(WRITES_NOTHING):
                request.may_have_written = True  # type: ignore[attr-defined]
            return outcome

        with connection.execute_wrapper(note):
            return get_response(request)

    return middleware


def may_have_written(request: HttpRequest) -> bool:
    """Return whether the database has executed a statement of the request that writes."""
    return getattr(request, "may_have_written", False)
