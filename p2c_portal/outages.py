"""Tells an outage of the database from a fault of the portal, and what a request wrote before."""

import sqlite3
from collections.abc import Callable
from typing import Any, Final

from django.db import InterfaceError, OperationalError, connection
from django.http import HttpRequest
from django.http.response import HttpResponseBase

# Of PostgreSQL's error codes, those of a server that shuts down, has crashed, starts, or takes no
# more connections; beside them class 08, connection exceptions.
UNAVAILABLE: Final = ("57P01", "57P02", "57P03", "53300")
CONNECTION_EXCEPTION: Final = "08"
# Locked by another process for too long, not to be opened, not to be read.
UNAVAILABLE_SQLITE: Final = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_IOERR)
PRIMARY_CODE: Final = 0xFF
# What psycopg2 says of a connection that has broken before.
BROKEN_BEFORE: Final = "connection already closed"
WRITES_NOTHING: Final = ("SELECT", "BEGIN", "SAVEPOINT", "RELEASE", "ROLLBACK")

Answer = Callable[[HttpRequest], HttpResponseBase]


def is_outage(error: BaseException | None) -> bool:
    """Tell whether an error says that the database is away, and not that a query is wrong.

    A query that took too long, a deadlock or a table that does not exist is no outage.
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
    # Without a code it was no answer of the server: it cannot be reached, or hung up.
    code = getattr(cause, "pgcode", None) or CONNECTION_EXCEPTION
    return code in UNAVAILABLE or code.startswith(CONNECTION_EXCEPTION)


def note_writes(get_response: Answer) -> Answer:
    """Return a middleware that notes on a request whether it may have written to the database.

    Where a database that goes away ends the request, that tells what is left of it.
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
    """Tell whether the database has carried out a statement of a request that writes."""
    return getattr(request, "may_have_written", False)
