"""The catalogue of each language has every text of the code that its readers see."""

import csv
import os
import re
import shlex
import shutil
import subprocess
import sys
from itertools import chain
from pathlib import Path

import pytest
from django.conf import settings
from django.utils.translation import get_language_info, override, pgettext, to_locale

from commitments.models import Commitment, Report
from eoi.models import SignOff
from focus_areas.models import HomeSection, Link, Pillar
from members.models import AnswerFile, CallState, FocalPoint, Reason
from outbox.models import SuppressedAddress
from papers.models import PaperVersion
from tools.catalogues import (
    LOCATIONS,
    STAFF_LANGUAGE,
    blocks_of,
    key_of,
    read_entries,
    read_entry,
    staff_texts,
    translations,
)

ROOT = Path(settings.BASE_DIR)
SOURCES = (
    "core",
    "accounts",
    "commitments",
    "opportunities",
    "framework",
    "mailings",
    "participation",
    "privacy",
    "focus_areas",
    "handbook",
    "inbox",
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
# Words that have two meanings in English: where each of them is, and what it is called.
SENSES = [
    ("fr", FocalPoint, "position", "fonction"),
    ("zh-hans", FocalPoint, "position", "职务"),
    ("zh-hans", SignOff, "position", "职务"),
    ("zh-hans", Pillar, "position", "顺序"),
    ("ar", Reason, "position", "الترتيب"),
    ("ru", Link, "position", "порядок"),
    ("es", HomeSection, "position", "orden"),
    ("ar", Commitment, "type", "النوع"),
    ("ru", Commitment, "type", "вид"),
    ("fr", PaperVersion, "content_type", "format"),
    ("ru", AnswerFile, "content_type", "формат"),
    ("fr", SuppressedAddress, "event", "signalement"),
]
# Parts of translations that were corrected, with the text that they translate.
with (ROOT / "tests" / "sweeps" / "former_translations.csv").open(encoding="utf-8") as file:
    FORMER_TRANSLATIONS = list(csv.DictReader(file))
CODES = sorted(path.name for path in (ROOT / "locale").iterdir())


def texts_of(catalogue):
    return {key_of(entry) for entry, _is_fuzzy in read_entries(catalogue) if entry["msgid"]}


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
    # The French catalogue has all texts with their files. More of them would take more time.
    words = chain.from_iterable(
        ("--locale", "fr") if word == "--all" else (word,) for word in recipe()
    )
    subprocess.run(
        [sys.executable, "manage.py", *words, "--verbosity=0"],
        cwd=tmp_path,
        check=True,
    )
    return (tmp_path / "locale" / "fr" / "LC_MESSAGES" / "django.po").read_text(encoding="utf-8")


def files_by_text(gathered):
    """Return the files of each text."""
    files = {}
    for block in blocks_of(gathered):
        entry, _is_fuzzy = read_entry(block)
        if entry.get("msgid"):
            files[key_of(entry)] = {
                file for line in LOCATIONS.findall(block) for file in line.split()
            }
    return files


# Read by hand: which of their texts only staff read is marked.
FILES_FOR_BOTH = {
    "commitments/models/figures.py",
    "commitments/services/expected_counting.py",
    # Only staff read what a placeholder means, and everybody why they get a letter.
    "commitments/services/desk_types.py",
    "commitments/services/partner_types.py",
    "commitments/services/report_types.py",
    "eoi/services/template_types.py",
    "focus_areas/models.py",
    # Members read the answers and states, and staff the names of fields.
    "framework/admin/consolidation_screen.py",
    "framework/forms/answers.py",
    "framework/models/amendment.py",
    "framework/models/framework.py",
    "framework/services/answers.py",
    "opportunities/admin/opportunities.py",
    "opportunities/models/contact.py",
    "opportunities/models/opportunity.py",
    "templates/admin/opportunities/opportunity/opportunity_page.html",
    "mailings/forms.py",
    # Only staff say whether everybody may join.
    "meetings/models/meeting.py",
    "meetings/services/meetings.py",
    # Members propose and answer, and staff record who attended.
    "participation/forms/meetings.py",
    "participation/models/outcome.py",
    # Occurrences are changed by staff, and answered by members.
    "meetings/services/series.py",
    # Members answer which dates suit, and staff read who asked.
    "participation/models/date_poll.py",
    "members/services/officer_types.py",
    "members/services/template_types.py",
    "privacy/forms.py",
    # The person reads what they asked in their export, and staff the rest.
    "privacy/models/data_requests.py",
    "privacy/services/exports.py",
    "triage/desk/services/template_types.py",
    # The digest says what waits in every language; only the desk says that nothing does.
    "triage/desk/services/work_queue.py",
    "templates/admin/framework/framework/_drafts.html",
    "templates/admin/framework/framework/_paragraph.html",
    "triage/staff_accounts/services/template_types.py",
}


def test_catalogues_have_every_text_that_their_readers_see(gathered):
    files = files_by_text(gathered)
    of_staff = staff_texts(gathered)
    in_code = files.keys() - of_staff
    files_of_staff = {file for text in of_staff for file in files[text]}

    for code in CODES:
        texts = texts_of(ROOT / "locale" / code / "LC_MESSAGES" / "django.po")
        wanted = files.keys() if code == STAFF_LANGUAGE else in_code
        assert {code: wanted - texts} == {code: set()}
        assert {code: texts - files.keys()} == {code: set()}
    # Other files have texts for staff alone or for everybody. Otherwise some would be shown in
    # English. If only staff read a text found here, mark it. Else unmark the others of its file.
    mixed = {text: files[text] for text in in_code if files[text] <= files_of_staff}
    assert {text for text, found in mixed.items() if not found & FILES_FOR_BOTH} == set()
    assert len(of_staff) > 500
    assert len(in_code) > 1_000


def test_each_language_but_english_has_a_catalogue():
    folders = {path.name for path in (ROOT / "locale").iterdir()}

    assert folders == {to_locale(code) for code, _name in settings.LANGUAGES} - {"en"}
    assert {STAFF_LANGUAGE} == {*settings.DESK_LANGUAGES} - {"en"}
    assert "--all" in recipe()


@pytest.mark.parametrize(
    "catalogue",
    sorted((ROOT / "locale").glob("*/LC_MESSAGES/django.po")),
    ids=lambda catalogue: catalogue.parts[-3],
)
def test_catalogue_has_no_former_label(catalogue):
    texts = {
        text
        for entry, _is_fuzzy in read_entries(catalogue)
        # An answer to an amendment may be "Taken". An assigned member was called so.
        if entry.get("msgctxt") != "an amendment"
        for keyword, text in entry.items()
        if keyword in ("msgid", "msgid_plural")
    }

    assert texts & {*FORMER_LABELS} == set()


@pytest.mark.parametrize(("language", "model", "field", "called"), SENSES)
def test_word_with_two_meanings_has_two_translations(language, model, field, called):
    with override(language):
        assert str(model._meta.get_field(field).verbose_name) == called


def test_progress_report_and_report_of_a_mail_provider_are_two_words_in_french():
    with override("fr"):
        assert str(Report._meta.verbose_name) == "rapport"


def test_upcoming_call_and_upcoming_step_are_two_words_in_chinese():
    with override("zh-hans"):
        assert str(CallState.UPCOMING.label) == "即将开放"
        assert pgettext("of a step", "Upcoming") == "尚未开始"


def test_no_corrected_translation_comes_back():
    entries = {
        code: {
            key_of(entry): translations(entry)
            for entry, _is_fuzzy in read_entries(ROOT / "locale" / code / "LC_MESSAGES/django.po")
        }
        for code in CODES
    }

    back = [
        (row["language"], row["msgid"])
        for row in FORMER_TRANSLATIONS
        for text in entries[row["language"]][row["context"], row["msgid"]]
        if row["former"] in text
    ]

    assert len(FORMER_TRANSLATIONS) == 22
    assert back == []


@pytest.mark.parametrize(
    ("code", "spelling"),
    [
        # Only the official name of the coalition is without ё.
        ("ru", "[Пп]артнер(?!ства для подключения)"),
        # The tanwin stands on the alif.
        ("ar", "\u064b\u0627"),
    ],
)
def test_catalogue_has_one_spelling(code, spelling):
    catalogue = ROOT / "locale" / code / "LC_MESSAGES" / "django.po"

    assert [
        text
        for entry, _is_fuzzy in read_entries(catalogue)
        for text in translations(entry)
        if re.search(spelling, text)
    ] == []


def test_language_is_named_without_vowel_signs():
    names = [get_language_info(code)["name_local"] for code, _name in settings.LANGUAGES]

    assert "العربية" in names
