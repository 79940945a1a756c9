"""Each rule of a safe migration, with a migration that breaks it and one that keeps it."""

import pytest
from django.apps import apps
from django.contrib.postgres.operations import AddIndexConcurrently as OnlyOnPostgresql
from django.db.migrations import Migration, RunPython, RunSQL, SeparateDatabaseAndState
from django.db.migrations.operations import (
    AddConstraint,
    AddField,
    AddIndex,
    AlterField,
    AlterModelTable,
    AlterUniqueTogether,
    CreateModel,
    DeleteModel,
    RemoveField,
    RenameField,
    RenameModel,
)
from django.db.migrations.state import ModelState, ProjectState
from django.db.models import (
    CASCADE,
    CharField,
    CheckConstraint,
    ForeignKey,
    Index,
    IntegerField,
    ManyToManyField,
    Q,
    TextField,
    UniqueConstraint,
)

from core.migration_operations import (
    AddConstraintNotValid,
    AddIndexConcurrently,
    ValidateConstraint,
)
from tools import migration_safety
from tools.migration_safety import complaints_about, main

APP = "members"
POSITIVE = CheckConstraint(name="members_member_positive", condition=Q(number__gt=0))
ONCE = UniqueConstraint(name="members_member_once", fields=["number"])
NUMBER_INDEX = Index(name="members_by_number", fields=["number"])
NULLABLE = IntegerField(null=True)
DEFAULTED = IntegerField(db_default=0)


def no_change(_apps, _schema_editor):
    """Change no row."""


def to_itself(**options):
    return ForeignKey("self", CASCADE, null=True, db_index=False, related_name="+", **options)


def state():
    """Return a large table, its history, and a small one, which releases before have."""
    before = ProjectState()
    for name in ("Member", "HistoricalMember", "Reason"):
        fields = {
            "id": IntegerField(primary_key=True),
            "name": CharField(max_length=20),
            "number": IntegerField(),
            "colour": IntegerField(null=True),
            "size": IntegerField(db_default=3),
            "next": to_itself(db_constraint=False),
        }
        before.add_model(ModelState(APP, name, fields))
    return before


def complaints(*operations, changelog="", atomic=True, unsafe_because=""):
    migration = Migration("0002_change", APP)
    migration.operations, migration.atomic = list(operations), atomic
    migration.unsafe_because = unsafe_because
    return complaints_about(migration, state(), changelog)


def on_member(operation, *arguments):
    return operation("member", *arguments)


UNSAFE = {
    "not null": (
        on_member(AddField, "new", CharField(max_length=9, default="")),
        "members.Member.new is NOT NULL",
    ),
    "not null beside a safe column": (
        SeparateDatabaseAndState(
            database_operations=[
                on_member(AddField, "new", IntegerField(default=0)),
                on_member(AddField, "other", DEFAULTED),
            ]
        ),
        "members.Member.new is NOT NULL",
    ),
    "not null in a history": (
        AddField("historicalmember", "new", IntegerField(default=0)),
        "members.HistoricalMember.new is NOT NULL",
    ),
    "not null in a small table": (
        AddField("reason", "new", IntegerField(default=0)),
        "members.Reason.new is NOT NULL",
    ),
    "new column with an index": (
        on_member(AddField, "other", ForeignKey(f"{APP}.reason", CASCADE, null=True)),
        "members.Member.other gets an index",
    ),
    "dropped column": (on_member(RemoveField, "colour"), "members.Member.colour is dropped"),
    "renamed column": (
        on_member(RenameField, "colour", "hue"),
        "members.Member.colour is renamed",
    ),
    "renamed column of a field": (
        on_member(AlterField, "colour", IntegerField(null=True, db_column="hue")),
        "members.Member.colour is renamed",
    ),
    "dropped table": (DeleteModel("Member"), "members.Member is dropped or renamed"),
    "renamed model": (RenameModel("Member", "Body"), "members.Member is dropped or renamed"),
    "renamed table": (AlterModelTable("Member", "bodies"), "members.Member is dropped or renamed"),
    "other type": (
        on_member(AlterField, "number", TextField()),
        "members.Member.number changes its type",
    ),
    "shorter text": (
        on_member(AlterField, "name", CharField(max_length=19)),
        "members.Member.name changes its type",
    ),
    "no longer null": (
        on_member(AlterField, "colour", IntegerField(default=0)),
        "members.Member.colour becomes NOT NULL",
    ),
    "lost default": (
        on_member(AlterField, "size", IntegerField(default=3)),
        "members.Member.size loses its db_default",
    ),
    "unique column": (
        on_member(AlterField, "number", IntegerField(unique=True)),
        "members.Member.number becomes unique",
    ),
    "indexed column": (
        on_member(AlterField, "number", IntegerField(db_index=True)),
        "members.Member.number gets an index",
    ),
    "new foreign key": (
        on_member(AlterField, "next", to_itself()),
        "members.Member.next gets a foreign key",
    ),
    "index": (
        on_member(AddIndex, NUMBER_INDEX),
        "members.Member.members_by_number locks the table",
    ),
    "check of all rows": (
        on_member(AddConstraint, POSITIVE),
        "members.Member.members_member_positive checks all rows",
    ),
    "unique constraint": (
        AddConstraint("reason", ONCE),
        "members.Reason.members_member_once must be unique at once",
    ),
    "no way back": (RunPython(no_change), "RunPython has no reverse_code"),
    "SQL": (RunSQL("SELECT 1", "SELECT 1"), "RunSQL is not checked"),
    "column that the new code does not write": (
        SeparateDatabaseAndState(state_operations=[on_member(RemoveField, "number")]),
        "members.Member.number stays NOT NULL",
    ),
    "operation that SQLite does not know": (
        on_member(OnlyOnPostgresql, NUMBER_INDEX),
        "AddIndexConcurrently of django.contrib.postgres.operations is not known",
    ),
    "operation without a rule": (
        AlterUniqueTogether("member", {("name", "number")}),
        "AlterUniqueTogether of django.db.migrations.operations.models is not known",
    ),
}
SAFE = {
    "nullable": [on_member(AddField, "new", NULLABLE)],
    "with a default in the database": [on_member(AddField, "new", DEFAULTED)],
    "many to many": [on_member(AddField, "new", ManyToManyField(f"{APP}.reason"))],
    "longer text": [on_member(AlterField, "name", CharField(max_length=21))],
    "text without limit": [on_member(AlterField, "name", TextField())],
    "other label": [on_member(AlterField, "number", IntegerField(verbose_name="count"))],
    "nullable from now on": [on_member(AlterField, "number", NULLABLE)],
    "forgotten column": [
        SeparateDatabaseAndState(state_operations=[on_member(RemoveField, "colour")])
    ],
    "index of a small table": [AddIndex("reason", NUMBER_INDEX)],
    "check of a small table": [AddConstraint("reason", POSITIVE)],
    "check of new rows": [on_member(AddConstraintNotValid, POSITIVE)],
    "check of old rows": [on_member(ValidateConstraint, POSITIVE.name)],
    "a new table": [
        CreateModel("Tree", [("id", IntegerField(primary_key=True))]),
        AddField("tree", "height", IntegerField(default=0)),
        AddIndex("tree", Index(name="members_trees", fields=["height"])),
        AddConstraint("tree", UniqueConstraint(name="members_tree", fields=["height"])),
    ],
    "rows with a way back": [RunPython(no_change, RunPython.noop)],
}


@pytest.mark.parametrize(("operation", "complaint"), UNSAFE.values(), ids=UNSAFE)
def test_unsafe_migration_is_refused(operation, complaint):
    assert [each[: len(complaint)] for each in complaints(operation)] == [complaint]


@pytest.mark.parametrize("operations", SAFE.values(), ids=SAFE)
def test_safe_migration_is_accepted(operations):
    assert complaints(*operations) == []


def test_index_is_made_alone_and_outside_a_transaction():
    index = on_member(AddIndexConcurrently, NUMBER_INDEX)
    refused = ["AddIndexConcurrently needs atomic = False and a migration of its own"]

    assert complaints(index, atomic=False) == []
    assert complaints(index) == refused
    assert complaints(index, on_member(AddField, "new", NULLABLE), atomic=False) == refused


def test_data_and_tables_are_changed_in_two_migrations():
    change = RunPython(no_change, RunPython.noop)

    assert complaints(on_member(AddField, "new", NULLABLE), change) == [
        "changes data and tables: use two migrations, so that each transaction is short"
    ]


def test_constraint_is_validated_in_a_migration_of_its_own():
    both = [
        on_member(AddConstraintNotValid, POSITIVE),
        on_member(ValidateConstraint, POSITIVE.name),
    ]

    assert complaints(*both) == [
        "validates a constraint while other changes lock the table: use a second migration"
    ]


def test_constraints_are_validated_together_because_that_locks_nobody_out():
    validation = on_member(ValidateConstraint, POSITIVE.name)

    assert complaints(validation, validation) == []


def test_unsafe_migration_says_why_and_the_change_log_repeats_it():
    dropped = on_member(RemoveField, "colour")
    reason = "Version 1.1 stopped using it."

    assert complaints(dropped, unsafe_because=reason, changelog=f"## 1.2\n- {reason}") == []
    assert complaints(dropped, unsafe_because=reason, changelog="## 1.2\n") == [
        f"CHANGELOG.md does not repeat what unsafe_because says: {reason}"
    ]


def test_safe_migration_does_not_claim_to_be_unsafe():
    refused = complaints(on_member(AddField, "new", NULLABLE), unsafe_because="Who knows?")

    assert refused == ["nothing in it is unsafe: delete unsafe_because"]


def test_migrations_that_are_safe_say_nothing(capsys):
    # The checks before a commit read all migrations.
    assert (main([("members", "0002_index_of_outcomes")]), capsys.readouterr().err) == (0, "")


def test_migration_of_the_project_that_is_unsafe_is_named(capsys, monkeypatch):
    # Without its exemption, the base is checked too.
    monkeypatch.setattr(migration_safety, "BASE", "")

    assert main([("members", "0001_initial")]) == 1
    assert "members.0001_initial: changes data and tables" in capsys.readouterr().err


def test_small_tables_exist():
    for app, names in migration_safety.SMALL_TABLES.items():
        assert names <= {model.__name__ for model in apps.get_app_config(app).get_models()}
