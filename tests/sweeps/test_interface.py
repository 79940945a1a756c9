import inspect
import re
from importlib import import_module
from pathlib import Path

import pytest
from django.conf import settings

from eoi.forms.expression import ExpressionOfInterestForm

ARCHITECTURE = (Path(settings.BASE_DIR) / "docs" / "architecture.md").read_text()
PART = ARCHITECTURE.split("## What scripts depend on")[1].split("\n## ")[0]
ROWS = [
    [re.findall(r"`([^`]+)`", cell) for cell in line.strip("|").split("|")]
    for line in PART.splitlines()
    if line.startswith("| `")
]
FUNCTIONS = [
    (module, function, keywords)
    for (module,), functions, keywords in ROWS
    for function in functions
]
# The form's own business: a key of the visitor's is among the answers, a trap is not.
OF_THE_FORM_ALONE = {"leave_empty", "started"}


def keywords_of(module, function):
    return set(inspect.signature(getattr(import_module(module), function)).parameters)


@pytest.mark.parametrize(("module", "function", "keywords"), FUNCTIONS)
def test_function_takes_the_keywords_that_scripts_give(module, function, keywords):
    assert set(keywords) <= keywords_of(module, function)


def test_intake_takes_the_fields_of_the_form():
    fields = {*ExpressionOfInterestForm.base_fields} - OF_THE_FORM_ALONE

    assert fields <= keywords_of("members.services.intake", "receive_expression_of_interest")
