"""The sources are complete: both languages, links, pictures, and bold texts of the interface."""

import html
import re
from functools import cache
from pathlib import Path

import allauth
import django
import pytest
from django.conf import settings

from handbook.services.chapters import chapters
from handbook.services.contents import CHAPTERS
from tests.handbook.sources import (
    CHAPTER_FILES,
    FOLDER,
    LANGUAGES,
    MARKDOWN,
    headings_of,
    id_of,
    links_of,
    pictures_of,
)
from tools.catalogues import read_entries, translations

PICTURE_TYPES = {".png"}


def anchors_of(slug):
    return {section.anchor for section in chapters("en")[slug].sections}


def leads_somewhere(file, link):
    if link.startswith(("https://", "mailto:")):
        return True
    name, _hash, anchor = link.partition("#")
    slug = name.removesuffix(".md") if name else file.stem
    return slug in CHAPTERS and (not anchor or anchor in anchors_of(slug))


def test_each_chapter_has_a_file_in_each_language_and_no_other_has():
    files = {(file.parent.name, file.stem) for file in CHAPTER_FILES}

    assert files == {(language, slug) for language in LANGUAGES for slug in CHAPTERS}


@pytest.mark.parametrize("slug", CHAPTERS)
def test_chapter_has_the_same_sections_and_pictures_in_both_languages(slug):
    files = [FOLDER / language / f"{slug}.md" for language in LANGUAGES]

    english, french = ([level for level, _text in headings_of(file)] for file in files)
    of_english, of_french = ([address for address, _text in pictures_of(file)] for file in files)

    assert french == english == ["#"] + ["##"] * (len(english) - 1)
    assert of_french == [address.replace("/en/", "/fr/") for address in of_english]


@pytest.mark.parametrize("file", CHAPTER_FILES, ids=id_of)
def test_links_lead_somewhere_and_pictures_exist_and_are_described(file):
    pictures = pictures_of(file)

    lost = [link for link in links_of(file) if not leads_somewhere(file, link)]
    missing = [address for address, _text in pictures if not (file.parent / address).is_file()]
    undescribed = [address for address, text in pictures if len(text.split()) < 3]

    assert (lost, missing, undescribed) == ([], [], [])


def test_each_picture_is_shown():
    shown = {
        (file.parent / address).resolve()
        for file in CHAPTER_FILES
        for address, _text in pictures_of(file)
    }

    stored = {
        file.resolve()
        for file in (FOLDER / "pictures").rglob("*")
        if file.is_file() and file.suffix in PICTURE_TYPES
    }

    assert stored - shown == set()


@pytest.mark.parametrize(
    "file", [file for file in CHAPTER_FILES if file.parent.name == "fr"], ids=id_of
)
def test_french_marks_have_a_no_break_space_before_them(file):
    lines = file.read_text(encoding="utf-8").splitlines()

    wrong = [line for line in lines if any(f" {mark}" in line for mark in "!?:;»") or "« " in line]

    assert wrong == []


def bold_texts(markdown):
    """Yield the texts in bold."""
    for block in MARKDOWN.parse(markdown):
        depth, text = 0, ""
        for token in block.children or ():
            depth += {"strong_open": 1, "strong_close": -1}.get(token.type, 0)
            if depth:
                text += " " if token.type == "softbreak" else token.content
            elif text:
                yield text
                text = ""


@pytest.mark.parametrize("chapter", CHAPTER_FILES, ids=id_of)
def test_bold_texts_are_texts_of_the_interface(chapter):
    language = chapter.parent.name

    wrong = [
        text
        for text in bold_texts(chapter.read_text(encoding="utf-8"))
        if not is_interface_text(text, language)
    ]

    assert not wrong, f"Not in the interface in {language}: " + " · ".join(dict.fromkeys(wrong))


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("Assign to me", "en", True),
        ("Assign  to\u00a0me", "en", True),
        ("Assign to you", "en", False),
        ("Assign to me", "fr", False),
        ("S’attribuer", "fr", True),
        ("Delete selected members", "en", True),
        # Of Django itself; the name of a model, with a capital.
        ("Date joined", "en", True),
        ("Email templates", "en", True),
        # Only placeholders would remain.
        ("Anything at all", "en", False),
    ],
)
def test_text_is_compared_with_the_interface(text, language, expected):
    assert is_interface_text(text, language) is expected


def test_bold_texts_are_found_in_steps_and_tables():
    markdown = "Press **Save\nnow**.\n\n1. **Send** and `**code**`\n\n| **A** |\n|---|\n| **B** |\n"

    assert list(bold_texts(markdown)) == ["Save now", "Send", "A", "B"]


TAG = re.compile(r"<[^>]+>")
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")
CATALOGUE = Path("locale", "fr", "LC_MESSAGES", "django.po")


def as_read(text):
    """Return a text as it is read: without tags, with single and plain spaces."""
    return " ".join(html.unescape(TAG.sub("", text)).replace("%%", "%").split())


def catalogues():
    """Return the French catalogues of the portal, of Django and of allauth."""
    in_django = Path(django.__file__).parent
    return [
        Path(settings.BASE_DIR) / CATALOGUE,
        in_django / "conf" / CATALOGUE,
        *sorted(in_django.glob(f"contrib/*/{CATALOGUE}")),
        Path(allauth.__file__).parent / CATALOGUE,
    ]


@cache
def interface_texts(language):
    """Return the texts of the interface, each also with a capital, as titles and labels begin."""
    texts = set()
    for catalogue in catalogues():
        for entry, is_fuzzy in read_entries(catalogue):
            originals = {entry["msgid"], entry.get("msgid_plural", entry["msgid"])}
            is_shown = language == "fr" and not is_fuzzy and all(translations(entry))
            texts |= {*translations(entry)} if is_shown else originals
    read = {as_read(text) for text in texts} - {""}
    return read | {text[0].upper() + text[1:] for text in read}


@cache
def patterns(language):
    """Return the texts with placeholders, as patterns, with the length of their fixed part."""
    return [
        (
            re.compile(".+".join(map(re.escape, PLACEHOLDER.split(text)))),
            len(PLACEHOLDER.sub("", text)),
        )
        for text in interface_texts(language)
        if PLACEHOLDER.search(text)
    ]


def is_interface_text(text, language):
    """Return whether a text is one of the interface.

    A placeholder stands for anything, but half of the text must be fixed: `%(a)s: %(b)s` would
    accept nearly all texts.
    """
    text = as_read(text)
    return text in interface_texts(language) or any(
        2 * fixed >= len(text) and pattern.fullmatch(text) for pattern, fixed in patterns(language)
    )
