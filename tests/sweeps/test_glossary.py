"""The catalogues use the terms of docs/glossary.md."""

import re
import unicodedata
from pathlib import Path

import pytest
from django.conf import settings
from django.utils.translation import to_locale

from tools.catalogues import read_entries, translations

ROOT = Path(settings.BASE_DIR)
# The columns of the glossary.
COLUMNS = ("en", "fr", "es", "ru", "zh-hans", "ar")
# The terms that have one translation wherever they are used. Other words of the glossary also have
# a general meaning, such as "role", "paper" and "minutes".
TERMS = (
    "Partner2Connect Digital Coalition",
    "International Telecommunication Union",
    "Action Framework",
    "Member State",
    "least developed countries",
    "Arab States",
    "Asia and the Pacific",
    "Commonwealth of Independent States",
    "expression of interest",
    "focus area",
    "working group",
    "focal point",
    "alternate focal point",
    "co-lead",
    "private link",
    "join link",
    "time zone",
    "bulletin",
    "commitment",
    "joint commitment",
    "rate of exchange",
    "open data",
)
PLURALS = {
    "expression of interest": "expressions? of interest",
    "least developed countries": "least developed countr(?:y|ies)",
    "rate of exchange": "rates? of exchange",
}
# Language, term, and the beginning of a text that says it in another way.
EXCEPTIONS = {("fr", "time zone", "If you leave this empty, we use the time zone of the cou")}
ARTICLE = "ال"
# They change in Arabic plurals: فريق and أفرقة, رابط and روابط.
WEAK_LETTERS = str.maketrans("", "", "اويىأإآ")


def glossary():
    """Return each English term with its translations, without an abbreviation in brackets."""
    terms = {}
    for line in (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("| ") and len(cells) == len(COLUMNS) + 1:
            texts = [re.sub(r"\s*[(（][^)）]*[)）]$", "", cell) for cell in cells[:-1]]
            terms[texts[0]] = dict(zip(COLUMNS, texts, strict=True))
    return terms


PLACEHOLDER = re.compile(r"%\(\w+\)[sd]")


def plain(text):
    """Return a text without case and accents."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def stems(term, language):
    """Return what is the same in all cases and plurals of each word of a term."""
    if language == "zh-hans":
        return [plain(term)]
    words = [word for word in re.findall(r"\w+", plain(term)) if len(word) > 3]
    if language == "ar":
        return [word.removeprefix(ARTICLE).translate(WEAK_LETTERS)[:3] for word in words]
    return [word[: max(3, len(word) - 3)] for word in words]


def uses(text, stem, language):
    letters = plain(text)
    return stem in (letters.translate(WEAK_LETTERS) if language == "ar" else letters)


@pytest.mark.parametrize("language", COLUMNS[1:])
def test_translations_use_the_terms_of_the_glossary(language):
    official = glossary()
    terms = [
        (
            term,
            re.compile(rf"\b{PLURALS.get(term, f'{re.escape(term)}s?')}\b", re.IGNORECASE),
            stems(official[term][language], language),
        )
        for term in TERMS
    ]
    catalogue = ROOT / "locale" / to_locale(language) / "LC_MESSAGES" / "django.po"

    others = [
        (term, entry["msgid"], text)
        for entry, _is_fuzzy in read_entries(catalogue)
        for term, in_english, wanted in terms
        if in_english.search(PLACEHOLDER.sub("", entry["msgid"]))
        and (language, term, entry["msgid"][:56]) not in EXCEPTIONS
        for text in translations(entry)
        if not all(uses(text, stem, language) for stem in wanted)
    ]

    assert all(wanted for _term, _in_english, wanted in terms)
    assert others == []
