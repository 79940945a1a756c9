"""How long a text is, in words, for every script."""

import math
import re

# Characters that stand for half a word each: Chinese and Japanese do not part words by spaces.
# static/js/eoi.js counts with the same two expressions, which the page hands to it.
HALF_WORD = (
    "[\u3005\u3007\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f"
    "\U00020000-\U0003fffd]"
)
SEPARATOR = (
    "[\\s\u0085\u3000-\u3004\u3006\u3008-\u303f"
    "\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65]+"
)


def count_words(text: str) -> int:
    """Return the number of words; a Chinese or Japanese character is half a one."""
    rest, halves = re.subn(HALF_WORD, " ", text)
    return math.ceil(halves / 2) + sum(1 for word in re.split(SEPARATOR, rest) if word)
