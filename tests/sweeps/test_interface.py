"""Everything that docs/interface.md promises to scripts and links exists."""

import inspect
import re
from importlib import import_module
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import get_commands
from django.urls import resolve

from commitments.services.open_data.resources import DOCUMENTED
from eoi.forms.expression import TECHNICAL_FIELDS, ExpressionOfInterestForm
from members.services.questions import Answers

ROOT = Path(settings.BASE_DIR)
PAGE = (ROOT / "docs" / "interface.md").read_text()
# Fields of the form that are not answers, such as the honeypot.
FORM_ONLY_FIELDS = {*TECHNICAL_FIELDS}


def rows_of(heading):
    """Return the code in each cell of the tables under a heading."""
    part = PAGE.split(f"## {heading}\n")[1].split("\n## ")[0]
    return [
        [re.findall(r"`([^`]+)`", cell) for cell in line.strip("|").split("|")]
        for line in part.splitlines()
        if line.startswith("| `")
    ]


NAMES = rows_of("Names in code")
FUNCTIONS = [
    (module, function, keywords)
    for (module,), functions, *rest in NAMES
    for keywords in rest
    for function in functions
]
COLUMNS = [(row[0][0], column) for row in NAMES if len(row) == 2 for column in row[1]]
ADDRESSES = [address for addresses, _is in rows_of("Addresses") for address in addresses]


def keywords_of(module, function):
    return set(inspect.signature(getattr(import_module(module), function)).parameters)


@pytest.mark.parametrize(("module", "function", "keywords"), FUNCTIONS)
def test_function_takes_the_keywords_that_scripts_give(module, function, keywords):
    assert set(keywords) <= keywords_of(module, function)


def test_intake_takes_the_fields_of_the_form():
    fields = {*ExpressionOfInterestForm.base_fields} - FORM_ONLY_FIELDS
    keywords = keywords_of("members.services.intake", "receive_expression_of_interest")

    assert fields <= keywords | Answers.__annotations__.keys()


@pytest.mark.parametrize(("model", "column"), COLUMNS)
def test_model_has_the_column(model, column):
    module, _dot, name = model.rpartition(".")

    assert getattr(import_module(module), name)._meta.get_field(column)


def test_page_names_every_field_of_the_form():
    [line] = [line for line in PAGE.splitlines() if line.startswith("Field names:")]

    fields = {*ExpressionOfInterestForm.base_fields} - FORM_ONLY_FIELDS - {"submission_key"}

    assert set(re.findall(r"`(\w+)`", line)) == fields


@pytest.mark.parametrize("address", ADDRESSES)
def test_address_leads_somewhere(address):
    filled = address.replace("<slug>", "empowering-communities").replace("<token>", "a:b")
    filled = filled.replace("<pk>", "1").replace("<uid>", "00000000-0000-4000-8000-000000000000")
    filled = filled.replace("<version>", "a1").replace("<month>", "2026-12")
    filled = filled.replace("<reference>", "C-ABC234").replace("<number>", "1")

    assert resolve(filled)


def test_page_names_every_column_of_the_open_data():
    named = {row[0][0]: tuple(row[1]) for row in rows_of("Open data") if row[0][0] in DOCUMENTED}

    assert named == {name: resource.names for name, resource in DOCUMENTED.items()}


def test_page_names_every_command():
    makefile = (ROOT / "Makefile").read_text()
    targets = re.search(r"^\.PHONY: ((?:.+\\\n)*.+)$", makefile, re.MULTILINE)[1]
    ours = {
        name for name, app in get_commands().items() if (ROOT / str(app) / "management").is_dir()
    }

    named = {name for names, _does in rows_of("Commands") for name in names}

    assert named == {f"make {target}" for target in targets.replace("\\", "").split()} | ours
