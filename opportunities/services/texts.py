"""What members may write: texts of limited length, without addresses and phone numbers.

Both sides read each other's addresses when a contact is accepted, and not before.
"""

import re
import unicodedata
from typing import Final

from django.utils.translation import gettext as _
from phonenumbers import Leniency, PhoneNumberMatcher

from core.conflicts import Refused
from core.typed_text import count_words

MAX_TEXT_WORDS: Final = 150
MAX_DETAILS_WORDS: Final = 100
# The ends of names of websites that are written without https:// or www.; of countries, those that
# are no words.
ENDS: Final = "com|org|net|int|edu|gov|gouv|info|io|africa|online|site|app|dev|mil|xyz|gle|ly|ch|eu"
ADDRESS: Final = re.compile(
    r"[^\s@]*@\s?[\w-]+[^\s]*"
    r"|\w+\s?[\[(]\s?(?:at|arroba|arobase)\s?[\])]\s?\S+"
    r"|\b\w+://\S*|\bwww\.\S+"
    rf"|\b[\w-]+(?:\.[\w-]+)*\.(?:{ENDS})(?:\.[a-z]{{2}})?\b(?:/\S*)?"
    # Any other name of a website if a path follows.
    r"|\b[\w-]+(?:\.[\w-]+)+/[\w-]\S*",
    re.IGNORECASE,
)
# A number of 8 digits or more that begins with 0, and is not the day 01.02.2027.
LOCAL_NUMBER: Final = re.compile(
    r"(?<![\d.,])(?!\d{1,2}[./-]\d{1,2}[./-]\d{4}\b)0\d(?:[ ()./-]{0,2}\d){6,}"
)
# Or any after a word that announces it.
ANNOUNCED: Final = re.compile(
    r"(?:\b(?:tel|tél|telephone|téléphone|teléfono|phone|whatsapp|mobile|móvil|signal|telegram"
    r"|тел|телефон|вотсап)\b|电话|手机|微信|هاتف|واتساب|جوال)"
    r"[\s.:：№#()+-]*\d(?:[ ().-]{0,2}\d){5,}",
    re.IGNORECASE,
)


def check_no_address(text: str) -> None:
    """Raise Refused (address) if a text has an e-mail or web address, or a phone number."""
    found = _address_in(text)
    if found:
        raise Refused(
            _(
                "Leave out addresses and phone numbers, such as “%(found)s”. Both sides read each "
                "other’s addresses when a contact is accepted."
            )
            % {"found": found[:80]},
            code="address",
        )


def check_words(text: str, limit: int) -> None:
    """Raise Refused (too_long) if a text has more words than a limit."""
    if count_words(text) > limit:
        raise Refused(
            _("Shorten the text to %(limit)d words or fewer.") % {"limit": limit}, code="too_long"
        )


def _address_in(text: str) -> str:
    """Return the first address or phone number in a text; empty if there is none."""
    text = unicodedata.normalize("NFKC", text)
    text = "".join(str(unicodedata.decimal(sign, sign)) for sign in text)
    for pattern in (ADDRESS, LOCAL_NUMBER, ANNOUNCED):
        if match := pattern.search(text):
            return match[0].strip()
    # Those that begin with + and the code of a country.
    numbers = PhoneNumberMatcher(text, None, leniency=Leniency.VALID)
    return next((str(number.raw_string) for number in numbers), "")
