"""Short codes that people read in a mail and type: letters and digits that look like no others."""

import unicodedata
from typing import Final

from django.utils.crypto import salted_hmac

# No vowels, so that no word comes of it, and nothing that is read as something else.
ALPHABET: Final = "23456789CDFGHJKMNPQRTVWXY"
# 25 letters to the power of 8 are 1.5 × 10^11 codes, of which a few an hour may be tried.
CODE_LENGTH: Final = 8


def make_code(salt: str, facts: str, *, key: str | None = None) -> str:
    """Return a code made of some facts with the portal's key: eight letters and digits.

    `key` is a former one, if it is not to be the present.
    """
    digest = salted_hmac(salt, facts, secret=key, algorithm="sha256").digest()
    number = int.from_bytes(digest, "big")
    letters = []
    for _n in range(CODE_LENGTH):
        number, place = divmod(number, len(ALPHABET))
        letters.append(ALPHABET[place])
    return "".join(letters)


def normalise_code(typed: str) -> str:
    """Return what was typed as a code is written: in capitals, and however it is parted.

    Letters of full width and the digits of other scripts are those that they stand for.
    """
    signs = (sign for sign in unicodedata.normalize("NFKC", typed).upper() if sign.isalnum())
    return "".join(str(unicodedata.decimal(sign)) if sign.isdecimal() else sign for sign in signs)
