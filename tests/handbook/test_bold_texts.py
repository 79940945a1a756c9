"""What the handbook prints in bold is a text of the interface, in the language of the chapter."""

import html
import re
from functools import cache
from pathlib import Path

import allauth
import django
import pytest
from django.conf import settings
from markdown_it import MarkdownIt

from tools.catalogues import read_entries, translations

CHAPTERS = sorted((Path(settings.BASE_DIR) / "docs" / "handbook").glob("*/*.md"))


def bold_texts(markdown):
    """Yield the texts in bold."""
    for block in MarkdownIt("commonmark").enable("table").parse(markdown):
        depth, text = 0, ""
        for token in block.children or ():
            depth += {"strong_open": 1, "strong_close": -1}.get(token.type, 0)
            if depth:
                text += " " if token.type == "softbreak" else token.content
            elif text:
                yield text
                text = ""


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda path: f"{path.parent.name}-{path.stem}")
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
