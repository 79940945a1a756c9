"""Chooses the language, of six, in which a text or a page is shown, and names any language."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Final

from babel import Locale
from babel.lists import format_list
from django.conf import settings
from django.db.models import Model
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import override, to_locale
from modeltranslation.utils import build_localized_fieldname, get_language, resolution_order

from core.sorting import sorting_key


@dataclass(frozen=True)
class PageReview:
    """A native speaker's reading of all texts of the pages in a language."""

    by: str
    on: date


# By language; English is the original. Nobody has read the pages in another language yet.
PAGE_REVIEWS: Final[Mapping[str, PageReview]] = {}
# The commas of languages that do not have the Latin one.
COMMAS: Final[Mapping[str, str]] = {"ar": "، ", "zh-hans": "、"}


# What CLDR lists that is no language of a text, and Chinese, which has a code for each script.
NO_LANGUAGES: Final = frozenset({"mul", "und", "zxx", "zh"})
CHINESE: Final = ("zh-hans", "zh-hant")
Choices = list[tuple[str, str]]


def is_written(row: Model, field: str, language: str) -> bool:
    """Return whether staff have written a text in a language."""
    return bool(getattr(row, build_localized_fieldname(field, language)))


def language_shown(row: Model, field: str, reader: str = "") -> str:
    """Return the language in which a text is shown: the reader's, else English, else French."""
    order = resolution_order(reader or get_language())
    for language in order:
        if is_written(row, field, language):
            return language
    return order[-1]


def desk_language(language: str) -> str:
    """Return the language if the pages and mails for staff have it, else English."""
    return language if language in settings.DESK_LANGUAGES else "en"


def language_name(code: str) -> str:
    """Return the name of a language as in a sentence of the reader's language (CLDR)."""
    locale, base = to_locale(code), code.partition("-")[0]
    # Other languages have no names for some that English names.
    for names in (Locale.parse(reader_locale()).languages, Locale.parse("en_GB").languages):
        if name := names.get(locale) or names.get(base):
            return str(name)
    return code


@cache
def all_languages() -> tuple[str, ...]:
    """Return the codes of all languages of CLDR, as the pages write them."""
    known = {str(code) for code in Locale.parse("en").languages}
    return (*sorted(code for code in known - NO_LANGUAGES if "_" not in code), *CHINESE)


def language_choices() -> list[tuple[str, Choices]]:
    """Return all languages as the groups of a choice: those of the pages, then the others by name.

    The names are those in the reader's language.
    """
    return _language_choices(get_language() or "en")


@cache
def _language_choices(language: str) -> list[tuple[str, Choices]]:
    named = {code: capfirst(language_name(code)) for code in all_languages()}
    in_order = sorted(named.items(), key=lambda each: sorting_key(each[1], language))
    own = dict(settings.LANGUAGES)
    return [
        (_("Languages of this site"), [each for each in in_order if each[0] in own]),
        (_("All other languages"), [each for each in in_order if each[0] not in own]),
    ]


def page_language(code: str) -> str:
    """Return the language if pages and letters are in it, else English."""
    return code if code in dict(settings.LANGUAGES) else "en"


def reads(language: str) -> bool:
    """Return whether the reader's language is the one in which something is written."""
    return language == (get_language() or "en")


def list_in_words(items: Iterable[object]) -> str:
    """Return a list as in a sentence of the reader's language, like "a, b and c" (CLDR)."""
    return format_list([str(item) for item in items], locale=reader_locale())


def with_commas(items: Iterable[object]) -> str:
    """Return items with the comma of the reader's language between them.

    For items that are no single words: they may have an "and" of their own.
    """
    return COMMAS.get(get_language(), ", ").join(str(item) for item in items)


def page_url(name: str, language: str, *arguments: object) -> str:
    """Return the absolute URL of a page in a language."""
    with override(language):
        return settings.SITE_URL + reverse(name, args=arguments)


def reader_locale() -> str:
    """Return the name of the active language for Babel; English is that of Britain."""
    language: str = get_language() or "en"
    return "en_GB" if language == "en" else to_locale(language)
