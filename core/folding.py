"""The form of a text in which it is searched, the same for every database.

A search folds both the stored text and the words that a person types.
"""

import re
import unicodedata
from functools import lru_cache
from typing import Final

from anyascii import anyascii

# Accents; the vowel signs of Arabic and Hebrew, with the hamza above and below; and the tatweel,
# which only makes a word longer. Vowel signs of other scripts are letters of their own.
MARKS: Final = re.compile(
    "[\u0300-\u036f\u0591-\u05bd\u05bf-\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06ed"
    "\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
)
# Quotation marks, which keyboards and word processors replace. The acute accent is often typed
# as one.
QUOTATION_MARKS: Final = str.maketrans(
    {**dict.fromkeys("`´‘’‚‛ʹʻʼʽˈ＇", "'"), **dict.fromkeys("“”„‟«»″＂", '"')}
)
# Arabic letters that are written in several ways, without a decomposition in Unicode.
ARABIC_LETTERS: Final = {
    "ٱ": "ا",
    "ى": "ي",
    "ی": "ي",
    "ے": "ي",
    "ة": "ه",
    "ہ": "ه",
    "ھ": "ه",
    "ک": "ك",
}


def fold(text: str) -> str:
    """Return a text without case, accents, variants of letters, and characters nobody sees.

    `Straße` becomes `strasse`, `Łódź` becomes `lodz`, and `أُمَّة` becomes `امه`. Digits of all
    scripts become ASCII. Each run of blanks and control characters becomes one blank.
    """
    text = unicodedata.normalize("NFKD", text.translate(QUOTATION_MARKS)).casefold()
    # Folding the case may leave letters that can be decomposed.
    letters = map(_fold_letter, unicodedata.normalize("NFKD", text))
    # Korean syllables and Japanese sounds are put together again.
    return " ".join(unicodedata.normalize("NFC", "".join(letters)).split())


@lru_cache(maxsize=10_000)
def _fold_letter(letter: str) -> str:
    """Return a decomposed character in its folded form."""
    if letter.isascii() and letter.isprintable():
        return letter
    category = unicodedata.category(letter)
    if MARKS.fullmatch(letter) or category == "Cf":
        return ""
    if category == "Cc" or letter.isspace():
        return " "
    if category == "Pd":
        return "-"
    if letter.isdecimal():
        return str(unicodedata.decimal(letter))
    if unicodedata.name(letter, "").startswith("LATIN "):
        return anyascii(letter).lower()
    return ARABIC_LETTERS.get(letter, letter)
