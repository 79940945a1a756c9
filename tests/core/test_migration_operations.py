"""The operations that do not lock a table for long, on the database of the tests."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.migrations.operations import CreateModel
from django.db.migrations.state import ProjectState
from django.db.models import BigAutoField, CheckConstraint, Index, IntegerField, Q

from core.migration_operations import (
    AddConstraintNotValid,
    AddIndexConcurrently,
    ValidateConstraint,
)

POSITIVE = CheckConstraint(name="core_tree_positive", condition=Q(height__gt=0))
TREE = CreateModel("Tree", [("id", BigAutoField(primary_key=True)), ("height", IntegerField())])

# An index is not added concurrently in a transaction.
pytestmark = pytest.mark.django_db(transaction=True)


class Table:
    """A table, and operations on it as `migrate` runs them."""

    def __init__(self):
        self.state = ProjectState()
        self.run(TREE)

    def run(self, operation, *, atomic=True):
        before = self.state.clone()
        operation.state_forwards("core", self.state)
        with connection.schema_editor(atomic=atomic) as schema_editor:
            operation.database_forwards("core", schema_editor, before, self.state)
        return before

    def take_back(self, operation, before, *, atomic=True):
        with connection.schema_editor(atomic=atomic) as schema_editor:
            operation.database_backwards("core", schema_editor, self.state, before)
        self.state = before

    def add_row(self, height):
        with transaction.atomic():
            self.state.apps.get_model("core", "Tree").objects.create(height=height)

    def constraints(self):
        with connection.cursor() as cursor:
            return connection.introspection.get_constraints(cursor, "core_tree")


@pytest.fixture
def table():
    table = Table()
    yield table
    with connection.schema_editor() as schema_editor:
        schema_editor.delete_model(table.state.apps.get_model("core", "Tree"))


def test_index_is_added_concurrently_and_taken_back(table):
    operation = AddIndexConcurrently("tree", Index(name="core_tree_height", fields=["height"]))

    before = table.run(operation, atomic=False)

    assert "core_tree_height" in table.constraints()

    table.take_back(operation, before, atomic=False)

    assert "core_tree_height" not in table.constraints()


def test_constraint_holds_for_new_rows_before_it_is_validated(table):
    table.add_row(1)

    table.run(AddConstraintNotValid("tree", POSITIVE))
    table.run(ValidateConstraint("tree", POSITIVE.name))

    with pytest.raises(IntegrityError, match=POSITIVE.name):
        table.add_row(0)


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite checks all rows at once")
def test_constraint_is_validated_for_old_rows_later(table):
    table.add_row(0)

    table.run(AddConstraintNotValid("tree", POSITIVE))

    with pytest.raises(IntegrityError, match=POSITIVE.name):
        table.run(ValidateConstraint("tree", POSITIVE.name))
