"""The order of names in the reader's language, for lists that are sorted in memory."""

import unicodedata
from typing import Final

from anyascii import anyascii

# Letters of their own, which follow all other words with the letter that they resemble.
OWN_LETTERS: Final = {
    "es": str.maketrans({"ñ": "n\uffff"}),
    "ru": str.maketrans({"й": "и\uffff"}),
}


def sorting_key(name: str, language: str) -> tuple[str, ...]:
    """Return a key that sorts names as a dictionary of the language does.

    Case and accents do not count, except for letters of their own. Chinese names are sorted by the
    sound of each character (pinyin) without its tone.
    See docs/decisions/0006-countries-from-a-file.md.
    """
    letters = unicodedata.normalize("NFC", name.casefold())
    if language == "zh-hans":
        return (*(anyascii(letter).casefold() for letter in letters), letters)
    letters = letters.translate(OWN_LETTERS.get(language, {}))
    decomposed = unicodedata.normalize("NFKD", letters)
    return ("".join(each for each in decomposed if not unicodedata.combining(each)), letters)
