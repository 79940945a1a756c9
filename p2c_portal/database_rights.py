"""The rights of the running portal in a PostgreSQL whose tables belong to another role.

Who breaks into the running portal can then neither change the schema nor the events of sign-ins,
readings and exports (decision 69).
"""

from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Model

from accounts.models import EventDigest
from privacy.services.event_digests import EVENT_TABLES


def grant_rights_after_migrate(**_given: Any) -> None:
    """Grant the rights in new tables, if the tables belong to another role."""
    if has_own_role():
        grant_rights(role=settings.RUNNING_ROLE)


def has_own_role() -> bool:
    """Return whether this process has the rights of the owner, and the running portal has not."""
    database = settings.DATABASES["default"]
    is_postgresql = connection.vendor == "postgresql"
    return is_postgresql and settings.RUNNING_ROLE not in ("", database.get("USER"))


@transaction.atomic
def grant_rights(*, role: str) -> None:
    """Give a role the rights that the running portal needs, and take all others away."""
    read_only: type[Model] = MigrationRecorder.Migration
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_schema()")
        schema, to = _quoted(cursor.fetchone()[0]), _quoted(role)
        statements = [
            f"GRANT USAGE ON SCHEMA {schema} TO {to}",
            f"REVOKE CREATE ON SCHEMA {schema} FROM {to}, PUBLIC",
            f"REVOKE ALL ON ALL TABLES IN SCHEMA {schema} FROM {to}",
            f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO {to}",
            f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA {schema} TO {to}",
            f"REVOKE INSERT, UPDATE, DELETE ON {_table(read_only)} FROM {to}",
            f"REVOKE UPDATE, DELETE ON {_table(EventDigest)} FROM {to}",
        ]
        for table in EVENT_TABLES:
            name = _table(table.model)
            statements.append(f"REVOKE UPDATE, DELETE ON {name} FROM {to}")
            if table.erasable:
                columns = ", ".join(map(_quoted, table.erasable))
                statements.append(f"GRANT UPDATE ({columns}) ON {name} TO {to}")
            if table.retention:
                function = f"FUNCTION delete_old_{table.model._meta.db_table}(bigint[])"
                statements.append(f"REVOKE ALL ON {function} FROM PUBLIC")
                statements.append(f"GRANT EXECUTE ON {function} TO {to}")
        for statement in statements:
            cursor.execute(statement)


def _table(model: type[Model]) -> str:
    return _quoted(model._meta.db_table)


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)
