"""The database refuses a wrong row for each constraint of every model."""

import re

import pytest
from django.apps import apps
from django.conf import settings
from django.db import IntegrityError, connection, models, transaction

from focus_areas.models import FocusArea, HomeSection
from framework.models import Framework
from privacy.models import ProcessingStatement, RetentionPeriod
from tests.sweeps.rows import FACTORIES
from tests.sweeps.second_rows import row_of
from tests.sweeps.wrong_rows import RIGHT_ROWS, WRONG_ROWS
from triage.follow_ups.models import FollowUpRule


def names_of_constraints():
    """Return each constraint of the portal's models, with the names that databases give it.

    PostgreSQL names the constraint. SQLite names the columns of a unique constraint.
    """
    names = {}
    for model in apps.get_models():
        table = model._meta.db_table
        if not (settings.BASE_DIR / model._meta.app_label).is_dir() or model._meta.proxy:
            continue
        for constraint in model._meta.constraints:
            fields = getattr(constraint, "fields", ())
            columns = [f"{table}.{model._meta.get_field(field).column}" for field in fields]
            names[constraint.name] = {constraint.name, ", ".join(columns)}
        for field in model._meta.local_fields:
            if field.unique and not isinstance(field, models.AutoField):
                column = f"{table}.{field.column}"
                key = "pkey" if field.primary_key else f"{field.column}_key"
                names[column] = {column, f"{table}_{key}"}
    return names


NAMES = names_of_constraints()
# An address that is the same is also the same in any case, and SQLite names only that constraint.
NAMES["accounts_user.email"].add("accounts_user_email_in_any_case")


def constraint_of(error):
    """Return the constraint that the database names in its error."""
    if connection.vendor == "postgresql":
        return error.__cause__.diag.constraint_name
    return str(error).partition(" constraint failed: ")[2].removeprefix("index ").strip("'")


def update_area(**values):
    FocusArea.objects.filter(number=2).update(**values)


# All rows of these are there, and their factories return them.
SEEDED = {FocusArea, FollowUpRule, Framework, HomeSection, ProcessingStatement, RetentionPeriod}


def maker_of(constraint):
    """Return what makes a row of the model that the name of a constraint begins with."""
    [model] = [
        model
        for model in apps.get_models()
        if re.match(rf"{model._meta.app_label}_{model._meta.model_name}[_.]", constraint)
    ]
    if constraint == "focus_areas_focusarea.slug":
        return update_area
    return model.objects.create if model in SEEDED else FACTORIES[model]


def each_of(rows):
    """Run a test for each row, with the name of its constraint."""
    cases = [
        pytest.param(constraint, maker_of(constraint), values, id=constraint)
        for constraint, several in rows.items()
        for values in several
    ]
    return pytest.mark.parametrize(("constraint", "factory", "values"), cases)


@each_of(WRONG_ROWS)
def test_database_refuses_wrong_row(constraint, factory, values):
    row = row_of(factory, values)

    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        factory(**row)

    assert constraint_of(refused.value) in NAMES[constraint]


def test_every_constraint_has_a_wrong_row():
    missing = sorted(NAMES.keys() - WRONG_ROWS.keys())

    assert not missing, f"Add to WRONG_ROWS what each of these refuses: {missing}"


@each_of(RIGHT_ROWS)
def test_database_takes_what_the_condition_of_a_constraint_leaves_out(constraint, factory, values):
    row = row_of(factory, values)

    assert factory(**row).pk


def test_every_constraint_with_a_condition_has_a_right_row():
    conditional = {
        constraint.name
        for model in apps.get_models()
        for constraint in model._meta.constraints
        if constraint.name in NAMES and isinstance(constraint, models.UniqueConstraint)
        if constraint.condition is not None
    }

    assert RIGHT_ROWS.keys() == conditional
