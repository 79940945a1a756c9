"""docs/architecture.md agrees with the import contracts, and both agree with the code."""

import re
import tomllib
from importlib.util import find_spec
from pathlib import Path

from django.conf import settings

ROOT = Path(settings.BASE_DIR)
PAGE = (ROOT / "docs" / "architecture.md").read_text()
LINTER = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
CONTRACTS = LINTER["contracts"]
OURS = set(LINTER["root_packages"])


def names_in(text):
    return re.findall(r"[\w.]+", text)


def rows_of(heading):
    """Return the cells of each row of the table with a heading."""
    table = PAGE[PAGE.index(heading) :].split("\n\n", 1)[0]
    rows = [[cell.strip() for cell in row.strip("| ").split("|")] for row in table.splitlines()]
    return rows[2:]


def test_diagram_has_the_layers_of_apps():
    [between_apps] = [contract for contract in CONTRACTS if "containers" not in contract]

    [diagram] = re.findall(r"^```\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)

    drawn = [set(names_in(layer)) for layer in diagram.split("▼")]
    assert drawn == [set(names_in(layer)) for layer in between_apps["layers"]]


def test_table_has_every_app():
    described = [app.strip("`") for app, *_cells in rows_of("| app | question | contents |")]

    assert sorted(described) == sorted(OURS)


def test_every_app_of_the_tree_is_on_the_map():
    there = {path.parent.name for path in ROOT.glob("*/apps.py")}

    assert there == OURS


def test_page_has_the_layers_of_every_app():
    enforced = {
        app: [set(names_in(layer)) for layer in contract["layers"]]
        for contract in CONTRACTS
        for app in contract.get("containers", [])
    }

    said = {
        app: [set(names_in(layer)) for layer in layers.split("→")]
        for heading in ("| container | layers |", "| app | layers |")
        for apps, layers in rows_of(heading)
        for app in names_in(apps)
    }

    assert said == enforced


def test_every_layer_is_a_module_that_exists():
    missing = [
        f"{app}.{module}"
        for contract in CONTRACTS
        for app in contract.get("containers", [])
        for layer in contract["layers"]
        # A role in brackets is optional for an app.
        for module in names_in(re.sub(r"\(\w+\)", "", layer))
        if find_spec(f"{app}.{module}") is None
    ]

    assert missing == []


def test_contracts_inside_apps_are_exhaustive():
    loose = [
        contract["name"]
        for contract in CONTRACTS
        if "containers" in contract and not contract["exhaustive"]
    ]

    assert loose == []
