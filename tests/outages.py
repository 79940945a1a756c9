"""A database that is away for a while, as the tests' own process sees it."""

from contextlib import contextmanager

import psycopg2
from django.db import OperationalError, connection

# What the tests' own transaction needs.
TRANSACTION_STATEMENTS = ("SAVEPOINT", "RELEASE SAVEPOINT", "ROLLBACK TO SAVEPOINT")


@contextmanager
def database_away():
    """Let every query fail as it does where PostgreSQL cannot be reached."""

    def fail(execute, sql, params, many, context):
        if sql.startswith(TRANSACTION_STATEMENTS):
            return execute(sql, params, many, context)
        raise OperationalError from psycopg2.OperationalError("Connection refused")

    with connection.execute_wrapper(fail):
        yield
