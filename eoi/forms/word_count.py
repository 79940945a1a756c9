"""Counts the words of a text in any script."""

import math
import re

# Characters that count as half a word each, because Chinese and Japanese have no spaces between
# words. static/js/eoi.js uses the same two expressions, which it gets from the page.
HALF_WORD = (
    "[\u3005\u3007\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f"
    "\U00020000-\U0003fffd]"
)
SEPARATOR = (
    "[\\s\u0085\u3000-\u3004\u3006\u3008-\u303f"
    "\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65]+"
)


def count_words(text: str) -> int:
    """Return the number of words. A Chinese or Japanese character counts as half a word."""
    rest, halves = re.subn(HALF_WORD, " ", text)
    return math.ceil(halves / 2) + sum(1 for word in re.split(SEPARATOR, rest) if word)
