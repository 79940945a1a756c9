"""Finds sentences and paragraphs of a Markdown text that are too long."""

import re

MAX_WORDS_PER_SENTENCE = 30
MAX_WORDS_PER_PARAGRAPH = 90
# French needs more words for the same sentence.
FRENCH = 1.3

CODE_BLOCK = re.compile(r"^(```|~~~).*?^\1[^\n]*$", re.MULTILINE | re.DOTALL)
COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
# Names one after the other are a list, not a sentence.
CODE = re.compile(r"`[^`]*`(?:, `[^`]*`)*")
LINK = re.compile(r"!?\[([^]]*)\]\([^)]*\)")
HEADING = re.compile(r"^#+ (.*)$", re.MULTILINE)
TABLE_ROW = re.compile(r"^\s*\|.*$", re.MULTILINE)
LIST_MARKER = re.compile(r"^\s*(?:[-*+]|\d+\.) ", re.MULTILINE)
SENTENCE_END = re.compile(r"(?<=[.!?:])[\"”)*]*\s+")


def paragraphs_of(text):
    """Return the paragraphs, headings, list items and table cells, with code as one word."""
    for pattern, replacement in (
        (CODE_BLOCK, ""),
        (COMMENT, ""),
        (CODE, "code"),
        (LINK, r"\1"),
        (HEADING, r"\n\n\1\n\n"),
        (TABLE_ROW, lambda row: row[0].replace("|", "\n\n")),
        (LIST_MARKER, "\n\n"),
    ):
        text = pattern.sub(replacement, text)
    return [" ".join(paragraph.split()) for paragraph in re.split(r"\n\s*\n", text)]


def count_words(text):
    return len([word for word in text.split() if re.search(r"\w", word)])


def long_paragraphs(text, *, times=1):
    return [
        paragraph
        for paragraph in paragraphs_of(text)
        if count_words(paragraph) > MAX_WORDS_PER_PARAGRAPH * times
    ]


def long_sentences(text, *, times=1):
    return [
        sentence
        for paragraph in paragraphs_of(text)
        for sentence in SENTENCE_END.split(paragraph)
        if count_words(sentence) > MAX_WORDS_PER_SENTENCE * times
    ]
