"""Text as people type and paste it: cleaned, checked, and counted in words."""

import math
import re
import unicodedata
from typing import Final

# Characters that count as half a word each, because Chinese and Japanese have no spaces between
# words. static/js/eoi.js uses the same two expressions, which it gets from the page.
HALF_WORD: Final = (
    "[\u3005\u3007\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f"
    "\U00020000-\U0003fffd]"
)
SEPARATOR: Final = (
    "[\\s\u0085\u3000-\u3004\u3006\u3008-\u303f"
    "\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65]+"
)
# Programs leave these in copied text: direction marks and zero-width characters, but not the
# joiners of Persian and Indian scripts.
INVISIBLE: Final = re.compile("[\u00ad\u200b\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
# Quotation marks and dashes of Windows-1252 that were decoded as control characters.
WINDOWS_MARKS: Final = {
    code: mark
    for code in range(0x80, 0xA0)
    if (mark := bytes([code]).decode("cp1252", errors="ignore"))
}
# Characters that XML 1.0 does not allow.
NOT_IN_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# In text from Word, a line break within a paragraph is a vertical tab and a page break is a form
# feed.
LINE_BREAKS: Final = re.compile("\r\n?|[\v\f\u2028\u2029]")


def clean_pasted_text(text: str) -> str:
    """Return a text without invisible characters, and with the right quotation marks."""
    return INVISIBLE.sub("", text.translate(WINDOWS_MARKS))


def clean_lines(text: str) -> str:
    """Return a clean text of several lines, with the same line break everywhere."""
    return LINE_BREAKS.sub("\n", clean_pasted_text(text)).strip()


def is_printable(text: str) -> bool:
    """Return whether a text has no control, surrogate and replacement characters."""
    return not any(
        letter == "\ufffd"
        or (unicodedata.category(letter) in {"Cc", "Cs"} and letter not in "\n\t")
        for letter in text
    )


def has_a_letter(text: str) -> bool:
    """Return whether a text has a letter of any script."""
    return any(letter.isalpha() for letter in text)


def count_words(text: str) -> int:
    """Return the number of words. A Chinese or Japanese character counts as half a word."""
    rest, halves = re.subn(HALF_WORD, " ", text)
    return math.ceil(halves / 2) + sum(1 for word in re.split(SEPARATOR, rest) if word)


def xml_text(text: str) -> str:
    """Return a text with a blank in place of each character that XML does not allow."""
    return NOT_IN_XML.sub(" ", text)
