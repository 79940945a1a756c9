import re
import tomllib
from pathlib import Path

import pytest
from django.conf import settings
from packaging.specifiers import SpecifierSet

from tools import pythons

ROOT = Path(settings.BASE_DIR)
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
OLDEST, NEWEST = pythons.PROMISED_VERSIONS


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md"])
def test_promised_versions_are_those_that_ci_starts(page):
    promised = re.findall(r"Python ([^`]*) with `venv`", (ROOT / page).read_text())

    assert promised == [f"{OLDEST} or {NEWEST}"]
    assert "make test-pythons" in (ROOT / ".ci" / "run").read_text()


def test_project_can_be_installed_with_the_promised_versions_and_those_between():
    allowed = SpecifierSet(PROJECT["project"]["requires-python"])

    minors = [minor for minor in range(30) if f"3.{minor}.0" in allowed]

    assert (f"3.{minors[0]}", f"3.{minors[-1]}") == (OLDEST, NEWEST)
    assert PROJECT["tool"]["ruff"]["target-version"] == f"py{OLDEST.replace('.', '')}"
    assert PROJECT["tool"]["mypy"]["python_version"] == OLDEST


@pytest.mark.parametrize(
    ("found", "broken", "result", "said"),
    [
        (
            {NEWEST},
            set(),
            0,
            [f"Python {OLDEST} is not on this machine", f"The portal starts with Python {NEWEST}"],
        ),
        (set(), set(), 1, [f"Python {each} is not on this machine" for each in (OLDEST, NEWEST)]),
        (
            {OLDEST, NEWEST},
            {OLDEST},
            1,
            [
                f"The portal does not start with Python {OLDEST}",
                f"The portal starts with Python {NEWEST}",
            ],
        ),
    ],
    ids=["one is there", "none is there", "one does not start"],
)
def test_versions_that_the_machine_has_are_started(
    found, broken, result, said, monkeypatch, capsys
):
    def start_portal(version):
        if version in broken:
            pythons.run("false")

    monkeypatch.setattr(pythons, "has_python", found.__contains__)
    monkeypatch.setattr(pythons, "environment_of", lambda version: version)
    monkeypatch.setattr(pythons, "start_portal", start_portal)

    assert pythons.main() == result
    assert capsys.readouterr().out.splitlines() == said


def test_version_that_the_machine_does_not_have_is_not_found():
    assert not pythons.has_python("3.1")
