"""Operations of migrations that do not lock a table for long on PostgreSQL, and run on SQLite too.

Django's operations of these names work on PostgreSQL only.
"""

from typing import Any

from django.contrib.postgres import operations as postgresql
from django.db.migrations.operations import AddConstraint, AddIndex


class AddIndexConcurrently(postgresql.AddIndexConcurrently):
    """Adds an index while others write to the table. Its migration needs `atomic = False`."""

    def database_forwards(self, app_label: str, schema_editor: Any, *states: Any) -> None:
        """Add the index."""
        if is_postgresql(schema_editor):
            super().database_forwards(app_label, schema_editor, *states)
        else:
            AddIndex.database_forwards(self, app_label, schema_editor, *states)

    def database_backwards(self, app_label: str, schema_editor: Any, *states: Any) -> None:
        """Remove the index."""
        if is_postgresql(schema_editor):
            super().database_backwards(app_label, schema_editor, *states)
        else:
            AddIndex.database_backwards(self, app_label, schema_editor, *states)


class AddConstraintNotValid(postgresql.AddConstraintNotValid):
    """Adds a check constraint that holds for new rows. ValidateConstraint reads the others."""

    def database_forwards(self, app_label: str, schema_editor: Any, *states: Any) -> None:
        """Add the constraint. SQLite checks all rows, because it copies the table."""
        if is_postgresql(schema_editor):
            super().database_forwards(app_label, schema_editor, *states)
        else:
            AddConstraint.database_forwards(self, app_label, schema_editor, *states)


class ValidateConstraint(postgresql.ValidateConstraint):
    """Checks all rows by a constraint that was added as not valid, while others write."""

    def database_forwards(self, app_label: str, schema_editor: Any, *states: Any) -> None:
        """Check the rows; on SQLite they have been checked."""
        if is_postgresql(schema_editor):
            super().database_forwards(app_label, schema_editor, *states)


def is_postgresql(schema_editor: Any) -> bool:
    """Return whether the migration runs on PostgreSQL."""
    return bool(schema_editor.connection.vendor == "postgresql")
