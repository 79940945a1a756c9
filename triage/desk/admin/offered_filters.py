"""The filters that a search may have meant: `Kenya` is a country, `declined` a status.

They are read from the filters of the queue, so a new one is offered without a change here.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.contrib.admin.views.main import SEARCH_VAR, ChangeList
from django.http import QueryDict
from django.utils.translation import gettext as _

from core.folding import fold
from members.services.countries import codes_named, codes_named_among, name_of, words_of_country
from members.services.search import codes_like, is_like
from triage.desk.admin.filters import CountryFilter, ViewFilter
from triage.desk.services.work_queue import EVERY_MEMBER

MAX_OFFERED = 6
# With more countries, the words are not the name of one.
MAX_COUNTRIES = 3
# Fewer letters begin too many names.
MIN_BEGINNING = 3


@dataclass(frozen=True)
class OfferedFilter:
    """A filter that can take the place of words of a search, and the URL of the filtered list."""

    title: str
    chosen: str
    url: str


def offered_filters(files: ChangeList) -> list[OfferedFilter]:
    """Return the filters whose values the search names, with the list that each would show.

    A value is named if all its words are in the search; the list then keeps the other words. It is
    also named if the search has nothing but the beginnings of its words. If there is none, it is
    named by its words with typing errors.
    """
    words = _words_of(files.query)
    if not words:
        return []
    choices = list(_choices(files))
    named = [
        OfferedFilter(title, chosen, _searching(url, rest))
        for title, chosen, name, url in choices
        if (rest := _rest_of(words, _words_of(name))) is not None
    ]
    offered = [*_countries(files, words), *named] or [
        *(_country(files, code, []) for code in _countries_like(words)),
        *(
            OfferedFilter(title, chosen, _searching(url, []))
            for title, chosen, name, url in choices
            if all(any(is_like(word, each) for each in _words_of(name)) for word in words)
        ),
    ]
    return offered[:MAX_OFFERED]


def _choices(files: ChangeList) -> Iterator[tuple[str, str, str, str]]:
    """Yield the title, the value, its name and the URL of each choice that is not active.

    The choice *Yes* is named by the title of its filter, and *No* by nothing.
    """
    for narrower in files.filter_specs:
        # The views are tabs on the same page, and the countries have more names than one.
        if isinstance(narrower, ViewFilter | CountryFilter):
            continue
        title = str(narrower.title)
        for choice in narrower.choices(files):
            chosen = str(choice["display"])
            if not choice["selected"] and chosen not in (_("All"), _("No")):
                name = title if chosen == _("Yes") else chosen
                yield title, chosen, name, str(choice["query_string"])


def _rest_of(words: list[str], named: list[str]) -> list[str] | None:
    """Return the words of a search without a name; None if they do not name it."""
    if named and set(named).issubset(words):
        return [word for word in words if word not in named]
    return [] if all(_begins_one_of(word, named) for word in words) else None


def _countries(files: ChangeList, words: list[str]) -> Iterator[OfferedFilter]:
    """Yield the countries that the search names in any language, or whose names it begins."""
    named, begun = codes_named_among(words), codes_named(" ".join(words))
    for code in dict.fromkeys([*named, *(begun if len(begun) <= MAX_COUNTRIES else [])]):
        rest = [word for word in words if word not in words_of_country(code)]
        yield _country(files, code, rest if code in named else [])


def _countries_like(words: list[str]) -> list[str]:
    """Return the codes of the countries that the words name with typing errors."""
    codes = set.intersection(*map(codes_like, words))
    return sorted(codes) if len(codes) <= MAX_COUNTRIES else []


def _country(files: ChangeList, code: str, rest: list[str]) -> OfferedFilter:
    url = files.get_query_string({CountryFilter.parameter_name: code})
    return OfferedFilter(str(CountryFilter.title), name_of(code), _searching(url, rest))


def _words_of(text: str) -> list[str]:
    """Return the folded words of a text, without numbers such as that of a focus area."""
    return [word for word in re.findall(r"\w+", fold(text)) if not word.isdecimal()]


def _begins_one_of(word: str, named: list[str]) -> bool:
    return len(word) >= MIN_BEGINNING and any(each.startswith(word) for each in named)


def _searching(url: str, rest: list[str]) -> str:
    """Return a URL of the list that searches for the other words only, in all members."""
    query = QueryDict(url.removeprefix("?"), mutable=True)
    query.pop(SEARCH_VAR, None)
    query.setdefault(ViewFilter.parameter_name, EVERY_MEMBER)
    if rest:
        query[SEARCH_VAR] = " ".join(rest)
    return f"?{query.urlencode()}"
