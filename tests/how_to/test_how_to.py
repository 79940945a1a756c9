"""Applies each how-to to a copy of the code, and runs its commands there.

A block marked `diff` contains one or more files as a unified diff, whose hunks begin with only
`@@`. The lines that a hunk removes or keeps must be in the file exactly once. A new file comes from
`/dev/null`. A block marked `sh` contains commands: `python manage.py …`, `python -m tools.…` and
`make test T=…` are run. A page without a `diff` has commands only.
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

pytestmark = pytest.mark.timeout(300)

ROOT = Path(settings.BASE_DIR)
PAGES = sorted((ROOT / "docs" / "how-to").glob("*.md"))
CHANGES = [page for page in PAGES if "```diff" in page.read_text()]
FILES_AT_MOST = 7
HAND_WRITTEN = {".py", ".html", ".toml"}
NOT_COPIED = shutil.ignore_patterns(".git", ".venv*", ".*_cache", "var")
# Settings of the copy, and settings that belong to the process of this test.
NOT_INHERITED = ("DATABASE_URL", "CELERY_BROKER_URL", "CACHE_URL", "PYTHONPATH")


def blocks(page, language):
    """Return the text of each block in a language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", page.read_text(), re.DOTALL | re.MULTILINE)


def changes(page):
    """Return the hunks of each file: the lines before and after."""
    found = {}
    for block in blocks(page, "diff"):
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


def apply(page, folder):
    """Apply the change of a how-to to a copy of the code."""
    for name, hunks in changes(page).items():
        file = folder / name
        for before, after in hunks:
            if not before:
                assert not file.exists(), name
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(after)
                continue
            text = file.read_text()
            assert text.count(before) == 1, f"{name} does not have exactly once:\n{before}"
            file.write_text(text.replace(before, after))


def commands(page):
    """Return the commands of a how-to, to run with this Python."""
    for line in "".join(blocks(page, "sh")).replace("\\\n", "").splitlines():
        words = shlex.split(line)
        if words[:2] in (["python", "manage.py"], ["python", "-m"]):
            yield [sys.executable, *words[1:]]
        elif words[:2] == ["make", "test"]:
            tests = words[2].removeprefix("T=").split()
            yield [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *tests]


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
def copy(tmp_path):
    folder = tmp_path / "p2c_portal"
    shutil.copytree(ROOT, folder, ignore=NOT_COPIED)
    return folder


@pytest.mark.long
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_change_is_complete(page, copy):
    apply(page, copy)

    for command in commands(page):
        run(command, copy)


@pytest.mark.parametrize("page", CHANGES, ids=lambda page: page.stem)
def test_change_fits_the_code(page, tmp_path):
    for name in changes(page):
        if (ROOT / name).exists():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, tmp_path / name)

    apply(page, tmp_path)


@pytest.mark.parametrize("page", CHANGES, ids=lambda page: page.stem)
def test_change_takes_few_files(page):
    written = [name for name in changes(page) if Path(name).suffix in HAND_WRITTEN]

    assert 0 < len(written) <= FILES_AT_MOST


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_page_says_which_tests_to_run(page):
    assert any("pytest" in command for command in commands(page))
