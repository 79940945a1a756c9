"""An unavailable database, as the process of the tests sees it."""

from contextlib import contextmanager

import psycopg2
from django.db import OperationalError, connection

# Statements that the transaction of the test needs.
TRANSACTION_STATEMENTS = ("SAVEPOINT", "RELEASE SAVEPOINT", "ROLLBACK TO SAVEPOINT")


@contextmanager
def database_away():
    """Let every query fail as it does if PostgreSQL cannot be reached."""

    def fail(execute, sql, params, many, context):
        if sql.startswith(TRANSACTION_STATEMENTS):
            return execute(sql, params, many, context)
        raise OperationalError from psycopg2.OperationalError("Connection refused")

    with connection.execute_wrapper(fail):
        yield
