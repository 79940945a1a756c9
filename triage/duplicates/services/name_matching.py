"""Compares names regardless of script, spelling, legal form and word order."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Final

from anyascii import anyascii
from rapidfuzz import fuzz

from members.services.countries import NAME_COLUMNS, former_names_of, name_of

# Chosen by experiment: see docs/decisions/0015-possible-duplicates.md and its table of examples.
WORD_SIMILARITY: Final = 85
NAME_SIMILARITY: Final = 0.88
# Words shorter than this are different if a single letter differs.
SHORT_WORD_LENGTH: Final = 5
# The maximum number of words of a name that are compared.
MAX_WORDS: Final = 16

# Left out of names, in the spelling of anyascii.
ARTICLES: Final = (
    "a al an and as au aux d da das de dei del della der des di die dlya do dos du e el en et "
    "for fur i in l la las le les los na o of on po s the to und v van voor y"
)
LEGAL_FORMS: Final = (
    "ab ag ao as asa bhd bv co company corp corporation gmbh inc incorporated jsc kk limited "
    "llc llp ltd ltda mbh nv oao ojsc ooo oy oyj pao pjsc plc pte pty pvt sa sal sarl sas sae "
    "saoc saog sdn shmm spa srl tao tbk zao"
)
STOP_WORDS: Final = frozenset([*ARTICLES.split(), *LEGAL_FORMS.split()])
# Written without spaces. Longer forms come first.
CJK_LEGAL_FORMS: Final = re.compile(
    r"股份有限公司|有限责任公司|有限公司|株式会社|\(株\)|주식회사|\(주\)"
)
# The beginnings of words that are in the names of many organisations, in any language.
STEMS: Final = {
    "komunik": "komunik",
    "minist": "minist",
    "nakional": "national",
    "nasional": "national",
    "national": "national",
    "natsional": "national",
    "tehnolog": "tehnolog",
    "teknolog": "tehnolog",
    "telekom": "telekom",
    "universi": "universi",
}
# Spellings of the same sound: МТС and MTS, Яндекс and Yandex, Kazakhtelecom and Казахтелеком.
SOUNDS: Final = (
    ("c", "k"),
    ("q", "k"),
    ("ph", "f"),
    ("kh", "h"),
    ("x", "ks"),
    ("y", "i"),
    ("w", "v"),
    ("z", "s"),
)
# Abbreviations in brackets after a name that are places and not acronyms.
PLACES_IN_SHORT: Final = frozenset({"drc", "eu", "prc", "rok", "uae", "uk", "un", "us", "usa"})

INITIALS = re.compile(r"\b(?:\w\.){2,}(?:\w\b)?")
HAMZAS = re.compile("[\u0653-\u0655]")
BRACKETED_RE = re.compile(r"[(\[]([^()\[\]]*)[)\]]")
DASH_SEPARATOR_RE = re.compile(r"\s+[-–—:|/]+\s+")
DOUBLED = re.compile(r"(.)\1+")
IDEOGRAPHS = re.compile("[\u1100-\u11ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]")
# Marks a word in a script of syllables or ideographs, which matches only an equal word.
SYLLABIC_MARK = "="

Words = tuple[str, ...]


def full_names(name: str, country: str) -> list[Words]:
    """Return the words of an organisation's name, with and without the parts in brackets.

    The names of its own country are left out if enough words remain: a ministry of communications
    may or may not name its country.
    """
    text = _plain(name)
    head = BRACKETED_RE.sub(" ", text)
    parts = DASH_SEPARATOR_RE.split(head)
    if len(parts) > 1 and any(_is_acronym(part) for part in parts):
        head = " ".join(part for part in parts if not _is_acronym(part))
    names = [_without_country(_words(part), country) for part in (head, text)]
    return [words for words in dict.fromkeys(names) if words]


def acronyms(name: str, acronym: str) -> list[str]:
    """Return the acronyms that an organisation states, or that its name contains."""
    text = _plain(name)
    in_name = [
        part
        for bracket in BRACKETED_RE.findall(text)
        for part in re.split("[,;]", bracket)
        if _is_acronym(part)
    ]
    parts = DASH_SEPARATOR_RE.split(BRACKETED_RE.sub(" ", text))
    if len(parts) > 1:
        in_name += [part for part in parts if _is_acronym(part)]
    keys = (joined(_words(given)) for given in [_plain(acronym), *in_name])
    return [key for key in dict.fromkeys(keys) if len(key) > 1]


def joined(words: Iterable[str]) -> str:
    """Return words joined without spaces, so that "Kazakh Telecom" equals "Kazakhtelecom"."""
    return DOUBLED.sub(r"\1", "".join(word.removeprefix(SYLLABIC_MARK) for word in words))


def joined_sorted(words: Iterable[str]) -> str:
    """Return words joined in alphabetical order, so that their order makes no difference."""
    return joined(sorted(words))


def blocking_keys(words: Sequence[str]) -> set[str]:
    """Return the beginnings of words. Similar names have at least one in common."""
    return {word[: SHORT_WORD_LENGTH + 1] for word in words[:MAX_WORDS]}


def is_similar(one: Sequence[str], other: Sequence[str]) -> bool:
    """Return whether two names differ only in spelling, or by one word among many."""
    fewer, more = sorted([sorted(one), sorted(other)], key=lambda words: (len(words), words))
    left = list(more)
    for word in fewer:
        twin = max(left, key=lambda each: _likeness(word, each), default="")
        if _likeness(word, twin) >= WORD_SIMILARITY:
            left.remove(twin)
    matched = len(more) - len(left)
    return 2 * matched >= NAME_SIMILARITY * (len(one) + len(other)) and matched > 0


def person_key(given_name: str, family_name: str) -> str:
    """Return a person's name as it is compared; empty if it has too few words."""
    words = _words(_plain(f"{given_name} {family_name}"))
    return joined_sorted(words) if given_name and family_name and len(words) > 1 else ""


def _likeness(word: str, other: str) -> float:
    """Return the similarity of two words, 0 to 100. Short words must be equal."""
    if word == other:
        return 100
    if not other or word[0] != other[0] or SYLLABIC_MARK in (word[0], other[0]):
        return 0
    if min(len(word), len(other)) < SHORT_WORD_LENGTH:
        return 0
    return fuzz.ratio(word, other)


def _plain(text: str) -> str:
    """Return a text in normal form: initials joined (S.A. becomes SA), no CJK legal forms."""
    text = HAMZAS.sub("", unicodedata.normalize("NFKD", text))
    text = unicodedata.normalize("NFKC", text)
    text = INITIALS.sub(lambda found: f"{found[0].replace('.', '')} ", text)
    return CJK_LEGAL_FORMS.sub(" ", text)


def _words(text: str) -> Words:
    """Return the normalised words of a text without stop words, or all if there are no others."""
    words = [
        (spelled, SYLLABIC_MARK if IDEOGRAPHS.search(word) else "")
        for word in "".join(map(_apart, text)).split()
        if (spelled := _spelled(word))
    ]
    telling = [(word, mark) for word, mark in words if word not in STOP_WORDS]
    return tuple(f"{mark}{_folded(word)}" for word, mark in telling or words)


def _apart(letter: str) -> str:
    """Return a letter, a space for punctuation, or an empty string for an invisible character."""
    category = unicodedata.category(letter)
    if category[0] in "PSZ" or letter.isspace():
        return " "
    return "" if category[0] == "C" else letter


def _spelled(word: str) -> str:
    """Return a word in lower-case ASCII letters and digits, or unchanged if there are none."""
    spelled = "".join(filter(str.isalnum, anyascii(word))).lower()
    return spelled or word.casefold()


def _folded(word: str) -> str:
    """Return one spelling for variants of a word: sounds, doubled letters, plurals."""
    for written, sound in SOUNDS:
        word = word.replace(written, sound)
    word = DOUBLED.sub(r"\1", word)
    for beginning, stem in STEMS.items():
        if word.startswith(beginning):
            return stem
    if len(word) > SHORT_WORD_LENGTH and word.endswith("ies"):
        return f"{word[:-3]}i"
    return word.removesuffix("s") if len(word) > SHORT_WORD_LENGTH else word


def _is_acronym(part: str) -> bool:
    """Return whether a part of a name is an acronym: one short word, mostly in capitals."""
    word = part.strip()
    capitals = sum(letter.isupper() for letter in word)
    is_one_word = 2 <= len(word) <= 12 and not re.search(r"\s", word)
    return is_one_word and 2 * capitals >= len(word) and word.lower() not in PLACES_IN_SHORT


def _without_country(words: Words, country: str) -> Words:
    """Return words without those that name a country, if at least two are left."""
    left = tuple(word for word in words if word not in _words_for(country))
    return left if len(left) > 1 else words


@cache
def _words_for(country: str) -> frozenset[str]:
    names = [*(name_of(country, language) for language in NAME_COLUMNS), *former_names_of(country)]
    return frozenset(word for name in names for word in _words(_plain(name)) if len(word) > 2)
