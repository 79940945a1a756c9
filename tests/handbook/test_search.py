"""The search finds the sections that have all words, and marks the words."""

import time

import pytest

from handbook.services.chapters import chapters, read_chapter
from handbook.services.search import MAX_NEAREST, MAX_QUERY_LENGTH, search, search_nearest
from tests.handbook.sources import write_chapter

CHAPTER = """# Decisions

How officers decide.

## Write a letter

Choose a reason. Élise reads the draft.

## Decline a member

The letter says why. See **Undo**.

## Undo

1. Press the button.
2. The decision is *taken back*.
"""
LONG = f"# Long\n\nShort.\n\n## One\n\n{'before ' * 50}needle haystack {'after ' * 50}\n"


@pytest.fixture
def chapter(tmp_path):
    write_chapter(tmp_path, CHAPTER)
    return read_chapter("decisions", "en", folder=tmp_path)


def headings(results):
    return [result.section.heading for result in results]


def marked(parts):
    return [part.text for part in parts if part.is_match]


def whole(parts):
    return "".join(part.text for part in parts)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("reason draft", ["Write a letter"]),
        ("reason button", []),
        ("undo", ["Undo", "Decline a member"]),
        ("letter", ["Write a letter", "Decline a member"]),
        # One word is in the heading, and one in the text.
        ("decline why", ["Decline a member"]),
        *((nothing, []) for nothing in ("", "   ", "?!", "\0", "كلمة", "分享", "<script>")),
    ],
)
def test_sections_with_all_words_are_found_those_with_a_word_in_the_heading_first(
    query, found, chapter
):
    assert headings(search([chapter], query)) == found


@pytest.mark.parametrize(
    "query", ["ELISE", "élise", "e\u0301lise", "  élise  ", "Élise, élise!", "lis"]
)
def test_case_accents_punctuation_and_the_rest_of_a_word_do_not_matter(query, chapter):
    [result] = search([chapter], query)

    assert marked(result.excerpt) == ["Élise"]
    assert whole(result.excerpt) == "Choose a reason. Élise reads the draft."


def test_words_are_marked_in_heading_and_text(chapter):
    result = search([chapter], "decline letter")[0]

    assert marked(result.heading) == ["Decline"]
    assert marked(result.excerpt) == ["letter"]
    assert whole(result.heading) == "Decline a member"
    assert whole(result.excerpt) == "The letter says why. See Undo."


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("reason letter unheard", ["Write a letter", "Decline a member"]),
        ("letter button unheard", ["Undo", "Write a letter", "Decline a member"]),
        ("unheard", []),
        # Short words do not count among others.
        ("undo the unheard", ["Undo", "Decline a member"]),
        ("why", ["Decline a member"]),
    ],
)
def test_nearest_sections_have_the_most_words_and_the_rarest(query, found, chapter):
    assert headings(search_nearest([chapter], query)) == found


def test_few_nearest_sections_are_shown(chapter):
    assert len(search_nearest([chapter] * MAX_NEAREST, "letter unheard")) == MAX_NEAREST


def test_introduction_is_found_with_the_title_of_the_chapter(chapter):
    [result] = search([chapter], "officers")

    assert (result.section.heading, result.section.anchor) == ("Decisions", "")


def test_excerpt_is_the_part_with_most_words(tmp_path):
    write_chapter(tmp_path, LONG.replace("before ", "haystack ", 1))
    long = read_chapter("decisions", "en", folder=tmp_path)

    [result] = search([long], "needle haystack")

    assert whole(result.excerpt).startswith("… before before")
    assert whole(result.excerpt).endswith("after after …")
    assert marked(result.excerpt) == ["needle", "haystack"]
    assert len(whole(result.excerpt).split()) < 40


def test_excerpt_is_the_first_part_among_equals(tmp_path):
    write_chapter(tmp_path, f"# Long\n\nFirst needle. {'between ' * 50} Second needle.\n")
    long = read_chapter("decisions", "en", folder=tmp_path)

    [result] = search([long], "needle")

    assert whole(result.excerpt).startswith("First needle. between")


def test_long_query_is_bounded(chapter):
    started = time.perf_counter()

    assert search([chapter], "e " * 5_000) != []
    assert search([chapter], " ".join(f"x{n}" for n in range(3_000))) == []
    assert headings(search([chapter], "undo".ljust(MAX_QUERY_LENGTH) + "x" * 10_000)) == [
        "Undo",
        "Decline a member",
    ]
    assert time.perf_counter() - started < 1


@pytest.mark.parametrize(
    ("language", "query", "chapter"),
    [
        ("en", "prolong", "calls"),
        ("en", "GDPR", "personal-data"),
        ("en", "onboard", "staff"),
        ("en", "access log", "personal-data"),
        ("fr", "prolonger", "calls"),
        ("fr", "RGPD", "personal-data"),
        ("fr", "intégrer", "staff"),
        ("fr", "journal des accès", "personal-data"),
    ],
)
def test_words_that_staff_bring_along_are_found(language, query, chapter):
    found = search(chapters(language).values(), query)

    assert chapter in [result.chapter.slug for result in found]


def test_words_of_a_text_from_right_to_left_are_found(tmp_path):
    write_chapter(tmp_path, "# Title\n\nThe word أُمَّة is a nation.\n")
    chapter = read_chapter("decisions", "en", folder=tmp_path)

    [result] = search([chapter], "امه")

    assert whole(result.excerpt) == "The word أُمَّة is a nation."
    assert marked(result.excerpt) != []
