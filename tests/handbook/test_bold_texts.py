"""What the handbook prints in bold is a text of the interface, in the language of the chapter."""

from pathlib import Path

import pytest
from django.conf import settings
from markdown_it import MarkdownIt

from tests.handbook.interface_texts import is_interface_text

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
