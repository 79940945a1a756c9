"""Letters call a heading or a button what the page calls it in their language."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.utils.translation import gettext, override

from outbox.models.template_types import template_types
from outbox.services.default_templates import INTERFACE_TEXT_RE, read_texts
from outbox.services.template_rendering import sample_values
from tools.catalogues import read_entries

ROOT = Path(settings.BASE_DIR)
FOLDERS = sorted(ROOT.glob("*/data/letters"))
# Emphasis with one star, and quotation marks of the six languages. A button says what one does.
QUOTATION = re.compile(
    r"(?<![*\w])\*([^*\n]+)\*(?!\*)|“([^”]*)”|«([^»]*)»|„([^“]*)“|‘([^’\n]*)’|「([^」]*)」"
    r'|"([^"\n]*)"'
)
# The official name of the coalition in Russian.
NAMES = {"Партнерства для подключения"}
# Nothing but placeholders, with or without emphasis: a value, such as the title of a commitment.
VALUE = re.compile(r"[\s\u00a0*]*(?:\{\w+\}[\s\u00a0*]*)+")
each_language = pytest.mark.parametrize("language", settings.MODELTRANSLATION_LANGUAGES)


def files_in(language):
    return [file for folder in FOLDERS for file in sorted((folder / language).glob("*.md"))]


def quoted_in(text):
    """The texts that a letter quotes, without values."""
    found = ("".join(filter(None, groups)) for groups in QUOTATION.findall(text))
    return [quoted.strip() for quoted in found if not VALUE.fullmatch(quoted)]


@each_language
def test_letters_quote_nothing_but_texts_of_the_interface(language):
    others = {
        (file.stem, quoted)
        for file in files_in(language)
        for quoted in quoted_in(file.read_text(encoding="utf-8"))
        if quoted not in NAMES and not INTERFACE_TEXT_RE.fullmatch(quoted)
    }

    assert others == set()


@each_language
def test_letters_name_the_same_texts_of_the_interface_as_in_english(language):
    named = {
        code: {
            file.stem: INTERFACE_TEXT_RE.findall(file.read_text(encoding="utf-8"))
            for file in files_in(code)
        }
        for code in ("en", language)
    }

    assert named[language] == named["en"]
    assert sum(map(len, named["en"].values())) >= 4


def test_texts_that_letters_name_are_in_the_catalogue():
    # The French one has every text. The others leave out those of the desk.
    catalogue = ROOT / "locale" / "fr" / "LC_MESSAGES" / "django.po"
    texts = {
        name
        for file in files_in("en")
        for name in INTERFACE_TEXT_RE.findall(file.read_text(encoding="utf-8"))
    }

    assert texts - {entry["msgid"] for entry, _is_fuzzy in read_entries(catalogue)} == set()


@each_language
def test_letter_about_a_transfer_names_the_heading_of_the_page(language):
    letters = {
        text.template_type: text.body
        for folder in FOLDERS
        for text in read_texts(folder, template_types())
        if text.language == language
    }
    with override(language):
        heading = gettext("Transfer the role")

    for name in ("requested_by_you", "to_other_focal_point"):
        assert quoted_in(letters[f"role_transfer_{name}"]) == [heading]
    assert [name for name, body in letters.items() if "<<" in body] == []


@each_language
def test_samples_link_to_pages_in_the_language_of_the_letter(language):
    with override(language):
        samples = {
            (kind.name, name): str(sample() if callable(sample) else sample)
            for kind in template_types()
            for name, sample in sample_values(kind).items()
        }

    # The pages of staff have no language in their address.
    address = re.compile(rf"{re.escape(settings.SITE_URL)}/(?!admin/|accounts/)(\S*)")
    paths = {key: address.findall(sample) for key, sample in samples.items()}
    linked = {key: found for key, found in paths.items() if found}
    assert ("meeting_scheduled", "page") in linked
    assert {
        key
        for key, found in linked.items()
        if any(not path.startswith(f"{language}/") for path in found)
    } == set()
