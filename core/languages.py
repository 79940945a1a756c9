"""Chooses the language, of six, in which a text or a page is shown."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from babel import Locale
from babel.lists import format_list
from django.conf import settings
from django.db.models import Model
from django.urls import reverse
from django.utils.translation import override, to_locale
from modeltranslation.utils import build_localized_fieldname, get_language, resolution_order


@dataclass(frozen=True)
class PageReview:
    """A native speaker's reading of all texts of the pages in a language."""

    by: str
    on: date


# By language; English is the original. Nobody has read the pages in another language yet.
PAGE_REVIEWS: Final[Mapping[str, PageReview]] = {}
# The commas of languages that do not have the Latin one.
COMMAS: Final[Mapping[str, str]] = {"ar": "، ", "zh-hans": "、"}


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
    names = Locale.parse(reader_locale()).languages
    name: str = names.get(to_locale(code)) or names.get(code.partition("-")[0]) or code
    return name


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
