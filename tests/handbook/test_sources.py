"""The sources are complete: both languages, links, and pictures with a description."""

import pytest

from handbook.services.chapters import chapters
from handbook.services.contents import CHAPTERS
from tests.handbook.sources import (
    CHAPTER_FILES,
    FOLDER,
    LANGUAGES,
    headings_of,
    id_of,
    links_of,
    pictures_of,
)

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
def test_chapter_has_the_same_sections_in_both_languages(slug):
    english, french = (headings_of(FOLDER / language / f"{slug}.md") for language in LANGUAGES)

    assert [level for level, _text in english] == ["#"] + ["##"] * (len(english) - 1)
    assert [level for level, _text in french] == [level for level, _text in english]


@pytest.mark.parametrize("slug", CHAPTERS)
def test_chapter_shows_the_same_pictures_in_both_languages(slug):
    of_english, of_french = (pictures_of(FOLDER / each / f"{slug}.md") for each in LANGUAGES)

    assert [address for address, _text in of_french] == [
        address.replace("/en/", "/fr/") for address, _text in of_english
    ]


@pytest.mark.parametrize("file", CHAPTER_FILES, ids=id_of)
def test_links_lead_to_a_chapter_and_a_section(file):
    assert [link for link in links_of(file) if not leads_somewhere(file, link)] == []


@pytest.mark.parametrize("file", CHAPTER_FILES, ids=id_of)
def test_pictures_exist_and_are_described(file):
    pictures = pictures_of(file)

    missing = [address for address, _text in pictures if not (file.parent / address).is_file()]
    undescribed = [address for address, text in pictures if len(text.split()) < 3]

    assert (missing, undescribed) == ([], [])


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
