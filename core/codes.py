"""Short codes that people read in an e-mail and type, in letters and digits easy to tell apart."""

import secrets
import unicodedata
from typing import Final

from django.utils.crypto import salted_hmac

# No vowels, so that no code is a word, and no characters that are easily confused.
ALPHABET: Final = "23456789CDFGHJKMNPQRTVWXY"
# 25 characters to the power of 8 are 1.5 × 10^11 codes. Only a few attempts per hour are allowed.
CODE_LENGTH: Final = 8
REFERENCE_LENGTH: Final = 6


def new_reference(prefix: str) -> str:
    """Return a random reference: a prefix, a hyphen and six letters and digits."""
    return f"{prefix}-" + "".join(secrets.choice(ALPHABET) for _n in range(REFERENCE_LENGTH))


def make_code(salt: str, facts: str, *, key: str | None = None) -> str:
    """Return a code of eight letters and digits, computed from facts with the portal's secret key.

    `key` is an earlier secret key to use instead of the current one.
    """
    digest = salted_hmac(salt, facts, secret=key, algorithm="sha256").digest()
    number = int.from_bytes(digest, "big")
    letters = []
    for _n in range(CODE_LENGTH):
        number, place = divmod(number, len(ALPHABET))
        letters.append(ALPHABET[place])
    return "".join(letters)


def normalise_code(typed: str) -> str:
    """Return a typed code in its standard form: capital letters, without separators.

    Full-width letters and digits of other scripts are converted to ASCII.
    """
    signs = (sign for sign in unicodedata.normalize("NFKC", typed).upper() if sign.isalnum())
    return "".join(str(unicodedata.decimal(sign)) if sign.isdecimal() else sign for sign in signs)
