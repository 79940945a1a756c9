"""Follows each how-to in a copy of the code, and checks the copy.

A block marked `diff` contains one or more files as a unified diff, whose hunks begin with only
`@@`. The lines that a hunk removes or keeps must be in the file exactly once. A new file comes from
`/dev/null`. The name of a migration has `*` in place of its number. A block marked `po` contains
entries of the catalogue that its first line names. A block marked `sh` contains commands:
`python manage.py …`, `python -m tools.…`, `make messages` and `make test T=…` are run.
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from tools.catalogues import blocks_of, read_entry

pytestmark = pytest.mark.timeout(600)

ROOT = Path(settings.BASE_DIR)
PAGES = sorted((ROOT / "docs" / "how-to").glob("*.md"))
CHANGES = [page for page in PAGES if "```diff" in page.read_text()]
FILES_AT_MOST = {"add-a-decision": 5}
HAND_WRITTEN = {".py", ".html", ".toml"}
MAKE = ["make", "-o", ".venv/development.installed"]
QUICK_CHECKS = (
    [sys.executable, "-m", "ruff", "check"],
    [sys.executable, "-m", "ruff", "format", "--check"],
    [sys.executable, "-m", "tools.migration_safety"],
    [sys.executable, "-m", "tools.catalogues", "--check"],
)
NOT_COPIED = shutil.ignore_patterns(".git", ".venv*", ".*_cache", "var")
# Settings of the copy, and settings that belong to the process of this test.
NOT_INHERITED = (
    "DATABASE_URL",
    "CELERY_BROKER_URL",
    "CACHE_URL",
    "INSTALLATION_FILE",
    "PYTHONPATH",
)


def blocks(page, *languages):
    """Return the language and the text of each block in one of the languages, in their order."""
    return re.findall(
        rf"^```({'|'.join(languages)})\n(.*?)^```$", page.read_text(), re.DOTALL | re.MULTILINE
    )


def changes(block):
    """Return the hunks of each file of a diff: the lines before and after."""
    found = {}
    for source, target, body in re.findall(
        r"^--- (\S+)\n\+\+\+ b/(\S+)\n(.*?)(?=^--- |\Z)", block, re.DOTALL | re.MULTILINE
    ):
        assert source in ("/dev/null", f"a/{target}")
        hunks = re.split(r"^@@\n", body, flags=re.MULTILINE)
        found[target] = [
            tuple(side(hunk, marks) for marks in (" -", " +")) for hunk in hunks if hunk
        ]
    return found


def side(hunk, marks):
    """Return the lines of a hunk with one of the marks. An empty line belongs to both sides."""
    lines = [line or " " for line in hunk.splitlines()]
    assert {line[0] for line in lines} <= set(" +-")
    return "".join(f"{line[1:]}\n" for line in lines if line[0] in marks)


def changed_files(page):
    """Return the names of the files that a how-to changes."""
    return [name for _language, block in blocks(page, "diff") for name in changes(block)]


def apply(block, folder):
    """Apply a diff to a copy of the code."""
    for name, hunks in changes(block).items():
        [file] = folder.glob(name) if "*" in name else [folder / name]
        for before, after in hunks:
            if not before:
                assert not file.exists(), name
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(after)
                continue
            text = file.read_text()
            assert text.count(before) == 1, f"{name} does not have exactly once:\n{before}"
            file.write_text(text.replace(before, after))


def translate(block, folder):
    """Replace the entries of a catalogue that a block has."""
    name, *new = blocks_of(block.removeprefix("# ").replace("\n", "\n\n", 1))
    texts = {read_entry(entry)[0]["msgid"]: entry.rstrip("\n") for entry in new}
    file = folder / name
    entries = [
        texts.pop(read_entry(entry)[0].get("msgid"), entry) for entry in blocks_of(file.read_text())
    ]
    assert not texts, f"{name} does not have {', '.join(texts)}"
    file.write_text("\n\n".join(entries))


def commands(block):
    """Return the commands of a block, to run with this Python."""
    for line in block.replace("\\\n", "").splitlines():
        words = shlex.split(line)
        if words[:2] in (["python", "manage.py"], ["python", "-m"]):
            yield [sys.executable, *words[1:]]
        elif words == ["make", "messages"]:
            yield [*MAKE, "messages"]
        elif words[:2] == ["make", "test"]:
            tests = words[2].removeprefix("T=").split()
            yield [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *tests]


def follow(page, folder, *, with_tests):
    """Do what a how-to says, in its order, in a copy of the code."""
    for language, block in blocks(page, "diff", "po", "sh"):
        if language == "diff":
            apply(block, folder)
        elif language == "po":
            translate(block, folder)
        else:
            for command in commands(block):
                if with_tests or "pytest" not in command:
                    run(command, folder)


def run(command, folder):
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in NOT_INHERITED and not name.startswith(("PYTEST_", "COV_"))
    }
    done = subprocess.run(
        command, cwd=folder, env=environment, check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, f"{shlex.join(command)}\n{done.stdout}{done.stderr}"


@pytest.fixture
def copy(tmp_path, monkeypatch):
    if not shutil.which("msgmerge"):
        if os.environ.get("CI") == "true":
            pytest.fail("`make messages` needs gettext.")
        pytest.skip("`make messages` needs gettext.")
    folder = tmp_path / "p2c_portal"
    shutil.copytree(ROOT, folder, ignore=NOT_COPIED)
    (folder / ".venv").symlink_to(sys.prefix)
    # To look for similar texts takes two thirds of the time of `make messages`.
    msgmerge = tmp_path / "bin" / "msgmerge"
    msgmerge.parent.mkdir()
    msgmerge.write_text(f'#!/bin/sh\nexec {shutil.which("msgmerge")} --no-fuzzy-matching "$@"\n')
    msgmerge.chmod(0o755)
    monkeypatch.setenv("PATH", str(msgmerge.parent), prepend=os.pathsep)
    return folder


@pytest.mark.long
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_change_is_complete(page, copy):
    follow(page, copy, with_tests=True)

    run([*MAKE, "check"], copy)


@pytest.mark.long
def test_changes_together_pass_the_quick_checks(copy):
    for page in CHANGES:
        follow(page, copy, with_tests=False)

    for command in QUICK_CHECKS:
        run(command, copy)


@pytest.mark.parametrize("page", CHANGES, ids=lambda page: page.stem)
def test_change_takes_few_files(page):
    written = [
        name
        for name in changed_files(page)
        if Path(name).suffix in HAND_WRITTEN and "migrations" not in Path(name).parts
    ]

    assert 0 < len(written) <= FILES_AT_MOST.get(page.stem, 4)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_page_says_which_tests_to_run(page):
    assert any(
        "pytest" in command
        for _language, block in blocks(page, "sh")
        for command in commands(block)
    )
