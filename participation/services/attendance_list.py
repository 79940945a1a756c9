"""A pasted list of who attended, such as the one that a program for online meetings gives."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from core.addresses import normalise_address
from participation.services.attendance import AttendanceRow

# An email address anywhere in a line, such as "Ada Lovelace <ada@example.org>".
ADDRESS: Final = re.compile(r"[^\s<>,;()\"]+@[^\s<>,;()\"]+")


@dataclass(frozen=True)
class MatchedList:
    """Whom the lines of a pasted list name: keys of focal points, and the lines left over."""

    found: frozenset[int]
    # Lines that name nobody who is invited.
    unknown: list[str]
    # Lines with a name that several invited people have.
    ambiguous: list[str]


def match_list(text: str, rows: Iterable[AttendanceRow]) -> MatchedList:
    """Find the people of a list, one a line, by their email address or by their full name.

    An address decides alone. Case, accents and the order of names do not matter. Nothing is saved.
    """
    by_address: dict[str, set[int]] = defaultdict(set)
    by_name: dict[str, set[int]] = defaultdict(set)
    for row in rows:
        by_address[normalise_address(row.focal_point.email)].add(row.focal_point.pk)
        by_name[_name_key(row.name)].add(row.focal_point.pk)
    found: set[int] = set()
    unknown, ambiguous = [], []
    for line in dict.fromkeys(each.strip() for each in text.splitlines() if each.strip()):
        address = ADDRESS.search(line)
        if address:
            # One person may hold several roles at an address.
            keys = by_address.get(normalise_address(address[0]), set())
        else:
            keys = by_name.get(_name_key(line), set())
        if not keys:
            unknown.append(line)
        elif len(keys) > 1 and not address:
            ambiguous.append(line)
        else:
            found |= keys
    return MatchedList(frozenset(found), unknown, ambiguous)


def _name_key(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name.casefold())
    letters = "".join(sign for sign in plain if not unicodedata.combining(sign))
    return " ".join(sorted(re.findall(r"\w+", letters)))
