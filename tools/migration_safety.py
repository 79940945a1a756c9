"""Checks that migrations are safe while web processes of the release before still run.

    python -m tools.migration_safety

A new release migrates the database before its own web processes start. Until then the old code
reads and writes the changed tables. docs/how-to/write-a-migration.md has the steps of each change.

The check reads the operations, so it needs no database. It judges them by what PostgreSQL does.
"""

import os
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, ClassVar, Final

import django
from django.conf import settings
from django.db.migrations import Migration, SeparateDatabaseAndState
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.operations import (
    AddConstraint,
    AddField,
    AddIndex,
    AlterConstraint,
    AlterField,
    AlterModelManagers,
    AlterModelOptions,
    AlterModelTable,
    AlterModelTableComment,
    CreateModel,
    DeleteModel,
    RemoveConstraint,
    RemoveField,
    RemoveIndex,
    RenameField,
    RenameIndex,
    RenameModel,
    RunPython,
    RunSQL,
)
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from django.db.models import CheckConstraint, ForeignKey, GeneratedField, ManyToManyField
from django.db.utils import ConnectionHandler

from core.migration_operations import (
    AddConstraintNotValid,
    AddIndexConcurrently,
    ValidateConstraint,
)

ROOT = Path(__file__).resolve().parent.parent
# What the first release installs. No older code runs beside it.
BASE: Final = "0001_initial"
# Tables that staff fill by hand. To read all their rows takes milliseconds, so they may be locked.
SMALL_TABLES: Final = {
    "focus_areas": {"FocusArea", "HomeSection", "Link", "Pillar"},
    "members": {"Call", "Reason"},
    "outbox": {"Heartbeat", "MessageTemplate"},
    "triage": {"FollowUpRule"},
}
HARMLESS: Final = (
    AddConstraintNotValid,
    AddIndexConcurrently,
    AlterConstraint,
    AlterModelManagers,
    AlterModelOptions,
    AlterModelTableComment,
    CreateModel,
    RemoveConstraint,
    RemoveIndex,
    RenameIndex,
    ValidateConstraint,
)
LIMITED_TEXT = re.compile(r"varchar\((\d+)\)")
# The type stubs of fields lack db_index and db_constraint.
AnyField = Any
# Knows the column types of PostgreSQL. It is never opened.
POSTGRESQL = ConnectionHandler({"default": {"ENGINE": "django.db.backends.postgresql"}})["default"]


def complaints_about(migration: Migration, before: ProjectState, changelog: str) -> list[str]:
    """Return why a migration may not be released.

    `before` is the state that it starts from. A migration that is unsafe says so in
    `unsafe_because`, and the change log must repeat it for those who upgrade.
    """
    found = list(unsafe_operations(migration, before))
    reason = getattr(migration, "unsafe_because", "")
    if not reason:
        return found
    if not found:
        return ["nothing in it is unsafe: delete unsafe_because"]
    if words(reason) not in words(changelog):
        return [f"CHANGELOG.md does not repeat what unsafe_because says: {words(reason)}"]
    return []


def words(text: str) -> str:
    """Return a text on one line."""
    return " ".join(text.split())


def unsafe_operations(migration: Migration, before: ProjectState) -> Iterator[str]:
    """Yield what is unsafe in a migration."""
    operations = list(flat(migration.operations))
    kinds = {type(operation) for operation in operations}
    if RunPython in kinds and kinds != {RunPython}:
        yield "changes data and tables: use two migrations, so that each transaction is short"
    if ValidateConstraint in kinds and kinds != {ValidateConstraint}:
        yield "validates a constraint while other changes lock the table: use a second migration"
    if AddIndexConcurrently in kinds and (migration.atomic or len(operations) > 1):
        yield "AddIndexConcurrently needs atomic = False and a migration of its own"
    check = Check(migration.app_label, before.clone())
    for operation in migration.operations:
        yield from check.complaints(operation)


def flat(operations: Sequence[Operation]) -> Iterator[Operation]:
    """Yield the operations that change the database."""
    for operation in operations:
        if isinstance(operation, SeparateDatabaseAndState):
            yield from flat(operation.database_operations)
        else:
            yield operation


class Check:
    """Reads the operations of one migration, in their order."""

    def __init__(self, app: str, state: ProjectState) -> None:
        self.app = app
        self.state = state
        # The old code does not know them, and they are empty.
        self.created: set[str] = set()

    def complaints(self, operation: Operation) -> Iterator[str]:
        """Yield what is unsafe in one operation, and apply it to the state."""
        if isinstance(operation, SeparateDatabaseAndState):
            state = self.state.clone()
            for each in operation.database_operations:
                yield from self.complaints(each)
            self.state = state
            for each in operation.state_operations:
                if isinstance(each, RemoveField):
                    yield from self.not_written(each)
                each.state_forwards(self.app, self.state)
            return
        model = getattr(operation, "model_name_lower", "")
        if model not in self.created:
            yield from self.unsafe(operation)
        if isinstance(operation, CreateModel):
            self.created.add(operation.name_lower)
        operation.state_forwards(self.app, self.state)

    def unsafe(self, operation: Operation) -> Iterator[str]:
        """Yield what is unsafe in an operation on a table that the old code may use."""
        kind = type(operation)
        if kind in self.CHECKS:
            yield from self.CHECKS[kind](self, operation)
        elif kind not in HARMLESS:
            yield f"{kind.__name__} of {kind.__module__} is not known to this check"

    def dropped_field(self, operation: RemoveField) -> Iterator[str]:
        yield f"{self.name_of(operation)} is dropped: the old code reads it"

    def renamed_field(self, operation: RenameField) -> Iterator[str]:
        yield f"{self.name_of(operation)} is renamed: the old code knows its old name"

    def lost_table(self, operation: DeleteModel | RenameModel | AlterModelTable) -> Iterator[str]:
        name = operation.old_name if isinstance(operation, RenameModel) else operation.name
        yield f"{self.app}.{name} is dropped or renamed: the old code reads the table by its name"

    def new_index(self, operation: AddIndex) -> Iterator[str]:
        if self.is_large(operation.model_name):
            yield f"{self.name_of(operation)} locks the table: use AddIndexConcurrently"

    def data_change(self, operation: RunPython) -> Iterator[str]:
        if operation.reverse_code is None:
            yield "RunPython has no reverse_code: give RunPython.noop if nothing is to be done"

    def sql(self, operation: RunSQL) -> Iterator[str]:
        yield "RunSQL is not checked: say in unsafe_because why it is needed"
        if operation.reverse_sql is None:
            yield "RunSQL has no reverse_sql"

    def new_field(self, operation: AddField) -> Iterator[str]:
        """Yield what is unsafe in a new column. A ManyToManyField is a new table."""
        field: AnyField = operation.field
        name = self.name_of(operation)
        if isinstance(field, ManyToManyField):
            return
        if isinstance(field, GeneratedField):
            yield f"{name} is computed for all rows while the table is locked"
        elif not field.null and not field.has_db_default():
            yield f"{name} is NOT NULL: the old code does not write it. Give it a db_default"
        if (field.db_index or field.unique) and self.is_large(operation.model_name):
            yield f"{name} gets an index: set db_index=False and use AddIndexConcurrently"

    def changed_field(self, operation: AlterField) -> Iterator[str]:
        """Yield what is unsafe in a changed column."""
        name, key = self.name_of(operation), (self.app, operation.model_name_lower)
        old: AnyField = self.state.apps.get_model(*key)._meta.get_field(operation.name)
        changed = self.state.clone()
        operation.state_forwards(self.app, changed)
        new: AnyField = changed.apps.get_model(*key)._meta.get_field(operation.name)
        if old.column != new.column:
            yield f"{name} is renamed: the old code knows its old name"
        if not is_same_or_wider(old, new):
            yield f"{name} changes its type: the table is written again, or the old code fails"
        if old.null and not new.null:
            yield f"{name} becomes NOT NULL: the old code may store NULL"
        if not new.null and old.has_db_default() and not new.has_db_default():
            yield f"{name} loses its db_default: the old code does not write it"
        if new.unique and not old.unique:
            yield f"{name} becomes unique: the old code may store duplicates"
        elif new.db_index and not old.db_index and self.is_large(operation.model_name):
            yield f"{name} gets an index: use AddIndexConcurrently"
        if target_of(new) not in (None, target_of(old)):
            yield f"{name} gets a foreign key: all rows are checked while the table is locked"

    def new_constraint(self, operation: AddConstraint) -> Iterator[str]:
        """Yield what is unsafe in a new constraint that is checked at once."""
        name = self.name_of(operation)
        if not isinstance(operation.constraint, CheckConstraint):
            yield f"{name} must be unique at once: the old code may store duplicates"
        elif self.is_large(operation.model_name):
            yield f"{name} checks all rows: use AddConstraintNotValid, later ValidateConstraint"

    def not_written(self, operation: RemoveField) -> Iterator[str]:
        """Yield that a column which the new code does not know must get a value."""
        field = self.state.models[self.app, operation.model_name_lower].fields[operation.name]
        is_column = not isinstance(field, ManyToManyField)
        if is_column and not field.null and not field.has_db_default():
            name = self.name_of(operation)
            yield f"{name} stays NOT NULL: the new code does not write it. Give it a db_default"

    CHECKS: ClassVar[dict[type[Operation], Callable[..., Iterator[str]]]] = {
        AddConstraint: new_constraint,
        AddField: new_field,
        AddIndex: new_index,
        AlterField: changed_field,
        AlterModelTable: lost_table,
        DeleteModel: lost_table,
        RemoveField: dropped_field,
        RenameField: renamed_field,
        RenameModel: lost_table,
        RunPython: data_change,
        RunSQL: sql,
    }

    def name_of(self, operation: Operation) -> str:
        """Return the name of a field, an index or a constraint with its model."""
        part = getattr(operation, "name", "") or getattr(operation, "old_name", "")
        for kind in ("index", "constraint"):
            part = getattr(getattr(operation, kind, None), "name", part)
        model = self.state.models[self.app, getattr(operation, "model_name_lower", "")]
        return f"{self.app}.{model.name}.{part}"

    def is_large(self, model_name: str) -> bool:
        """Return whether a table, or the history of one, grows with the use of the portal."""
        name = self.state.models[self.app, model_name.lower()].name
        return name.removeprefix("Historical") not in SMALL_TABLES.get(self.app, ())


def is_same_or_wider(old: AnyField, new: AnyField) -> bool:
    """Return whether PostgreSQL keeps the column as it is, and the old code can still use it."""
    before, after = (field.db_parameters(POSTGRESQL) for field in (old, new))
    if before == after:
        return True
    old_type, new_type = before.pop("type"), after.pop("type")
    limit = LIMITED_TEXT.fullmatch(old_type or "")
    new_limit = LIMITED_TEXT.fullmatch(new_type or "")
    if before != after or limit is None:
        return False
    return new_type in ("varchar", "text") or (
        new_limit is not None and int(new_limit[1]) >= int(limit[1])
    )


def target_of(field: AnyField) -> str | None:
    """Return the table that a foreign key refers to; None without a constraint."""
    is_checked = isinstance(field, ForeignKey) and getattr(field, "db_constraint", False)
    return str(field.related_model._meta.db_table) if is_checked else None


def main(targets: Sequence[tuple[str, str]] | None = None) -> int:
    """Print what is unsafe in the migrations of the project; return 1 if there is anything.

    With targets, only these migrations and those before them are read.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "p2c_portal.settings")
    django.setup()
    ours = {
        config.label
        for config in django.apps.apps.get_app_configs()
        if Path(config.path).parent == Path(settings.BASE_DIR)
    }
    executor = MigrationExecutor(None)
    targets = targets or executor.loader.graph.leaf_nodes()
    plan = executor.migration_plan(targets, clean_start=True)
    changelog = (ROOT / "CHANGELOG.md").read_text()
    state, complaints = ProjectState(), []
    for migration, _backwards in plan:
        if migration.app_label in ours and migration.name != BASE:
            complaints += [
                f"{migration.app_label}.{migration.name}: {complaint}"
                for complaint in complaints_about(migration, state, changelog)
            ]
        state = migration.mutate_state(state, preserve=False)
    for complaint in complaints:
        sys.stderr.write(f"{complaint}\n")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
