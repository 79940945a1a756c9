"""Every language in LANGUAGES is complete: its catalogue has every text of the code."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest
from django.conf import settings
from django.utils.translation import to_locale

from tools.catalogues import read_entries

pytestmark = pytest.mark.sqlite_only
ROOT = Path(settings.BASE_DIR)
SOURCES = (
    "core",
    "accounts",
    "mailings",
    "participation",
    "focus_areas",
    "locale",
    "meetings",
    "members",
    "eoi",
    "triage",
    "outbox",
    "papers",
    "p2c_portal",
    "templates",
)
# Labels that were replaced by standard terms. "Done", "Expressions of interest" and "Over" are not
# among them: they were replaced in some places, and are right in others.
FORMER_LABELS = (ROOT / "tests" / "sweeps" / "former_labels.txt").read_text().splitlines()
TRANSLATED = [to_locale(code) for code, _name in settings.LANGUAGES if code != "en"]


def texts_of(catalogue):
    return {
        (entry.get("msgctxt", ""), entry["msgid"])
        for entry, _is_fuzzy in read_entries(catalogue)
        if entry["msgid"]
    }


def recipe():
    """The command with which `make messages` collects the texts."""
    lines = (ROOT / "Makefile").read_text().replace("\\\n", "")
    [command] = re.findall(r"manage\.py (makemessages .*)", lines)
    return shlex.split(command)


@pytest.fixture
def gathered(tmp_path):
    """Collect the texts as `make messages` does, in a copy."""
    if not shutil.which("xgettext"):
        if os.environ.get("CI") == "true":
            pytest.fail("Gathering texts needs xgettext.")
        pytest.skip("Gathering texts needs xgettext.")
    for folder in SOURCES:
        shutil.copytree(ROOT / folder, tmp_path / folder)
    shutil.copy(ROOT / "manage.py", tmp_path)
    subprocess.run(
        [sys.executable, "manage.py", *recipe(), "--verbosity=0"],
        cwd=tmp_path,
        check=True,
    )
    return tmp_path / "locale"


def test_catalogues_have_every_text_of_the_code(gathered):
    behind = {
        code: texts_of(gathered / code / "LC_MESSAGES" / "django.po")
        ^ texts_of(ROOT / "locale" / code / "LC_MESSAGES" / "django.po")
        for code in TRANSLATED
    }

    assert behind == {code: set() for code in TRANSLATED}


def test_texts_are_gathered_into_languages_that_are_whole_and_no_others():
    words = recipe()

    # The other languages are used only in letters, and their catalogues are maintained by hand.
    assert "--all" not in words
    gathered_into = [after for word, after in pairwise(words) if word == "--locale"]
    assert gathered_into == TRANSLATED


@pytest.mark.parametrize(
    "catalogue",
    sorted((ROOT / "locale").glob("*/LC_MESSAGES/django.po")),
    ids=lambda catalogue: catalogue.parts[-3],
)
def test_catalogue_has_no_former_label(catalogue):
    texts = {
        text
        for entry, _is_fuzzy in read_entries(catalogue)
        for keyword, text in entry.items()
        if keyword in ("msgid", "msgid_plural")
    }

    assert texts & {*FORMER_LABELS} == set()
