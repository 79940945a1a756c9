"""How long a text is, in words, for every script."""

import math
import re

# Characters that stand for half a word each: Chinese and Japanese do not part words by spaces.
# static/js/eoi.js counts with the same two expressions, which the page hands to it.
HALF_WORD = "[々〇ぁ-ヿ㐀-䶿一-鿿豈-\ufaffｦ-ﾟ\U00020000-\U0003fffd]"
SEPARATOR = "[\\s\u0085\u3000-\u3004\u3008-\u303f！-／：-＠［-｀｛-･]+"


def count_words(text: str) -> int:
    """Return the number of words; a Chinese or Japanese character is half a one."""
    rest, halves = re.subn(HALF_WORD, " ", text)
    return math.ceil(halves / 2) + sum(1 for word in re.split(SEPARATOR, rest) if word)
