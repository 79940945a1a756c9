"""Two concurrent calls in real transactions: their outcomes, and the rows that they write.

Each row is run as it is, and on PostgreSQL again without locks, to see that a lock decides.
"""

import inspect
from dataclasses import replace
from importlib import import_module
from pkgutil import iter_modules

import pytest
from django.db import connection
from django.db.models import Model

from core.conflicts import Refused
from meetings.services.series_plan import SeriesPlan
from members.models import TimelineEntry
from members.services import assignment, decisions
from outbox.models import Message
from tests.members.search_entries import texts, texts_from_rows
from tests.races import outcome_of, overtaken, without_locks
from tests.sweeps import races
from tests.sweeps.races import members


def rows_of(module):
    table = import_module(f"{races.__name__}.{module}")
    for name, race in table.RACES.items():
        if isinstance(race.at, str):
            yield f"{module}: {name}", race
        else:
            yield from ((f"{module}: {name}, {at}", replace(race, at=at)) for at in race.at)


MODULES = {each.name for each in iter_modules(races.__path__)} - {"race"}
RACES = dict(row for module in sorted(MODULES) for row in rows_of(module))
NEED_A_LOCK = {name: race for name, race in RACES.items() if race.needs_lock}

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("folder")]


def seen(outcome):
    """Return the code of a refusal, the class of a row, plan or other exception, or the value."""
    if type(outcome) is Refused:
        return outcome.code
    return type(outcome) if isinstance(outcome, Model | SeriesPlan | Exception) else outcome


def in_order(outcomes, race):
    return sorted(outcomes, key=repr) if race.is_either_first else list(outcomes)


def counted(race):
    return {TimelineEntry: 0, Message: 0, **race.written}


def expected(race):
    return {
        "outcomes": in_order(race.outcomes, race),
        "written": counted(race),
        "holds": True,
        "is_found": True,
    }


def result_of(race):
    """Run a race; return its outcomes, the numbers of new rows, and whether its check holds."""
    first, second, *questions = race.arrange()
    before = {model: model.objects.count() for model in counted(race)}

    outcomes = overtaken(first, second, at=race.at)

    return {
        "outcomes": in_order(map(seen, outcomes), race),
        "written": {model: model.objects.count() - before[model] for model in before},
        "holds": all(outcome_of(question) is True for question in questions),
        # Whatever was changed, the members are found by what they are now.
        "is_found": texts() == texts_from_rows(),
    }


@pytest.mark.parametrize("race", RACES.values(), ids=RACES)
def test_race_ends_as_the_table_says(race):
    assert result_of(race) == expected(race)


@pytest.mark.skipif(connection.vendor != "postgresql", reason="one writer at a time on SQLite")
@pytest.mark.parametrize("race", NEED_A_LOCK.values(), ids=NEED_A_LOCK)
def test_race_needs_the_lock(race):
    with without_locks():
        result = result_of(race)

    assert result != expected(race)


def test_every_step_at_a_member_is_taken_by_two_at_once():
    functions = {
        function
        for module in (assignment, decisions)
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__ and not name.startswith("_")
    }

    assert functions <= members.MADE_ONCE.keys()
