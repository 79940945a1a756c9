"""Finds the registered domain of one organisation in a website or an e-mail address."""

import csv
from functools import cache
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

# The part before the country code under which names are registered, as in .gov.xx.
SECOND_LEVEL: Final = (
    "ac ad asn asso biz co com cri ed edu firm gen gob gok gouv gov govt gr grv gub guv gv go "
    "health ind info int k12 lg ltd me mi mil mod ne net nhs nom nsn or org parliament pe plc "
    "police pro re res sch school tm web"
)
# Below these, two letters are a state or a province, which has its own suffixes.
GOVERNMENT: Final = frozenset({"gob", "gov", "gouv", "gub", "edu", "k12"})


def website_domain(website: str) -> str:
    """Return the domain of a website; empty if it does not belong to one organisation."""
    try:
        return registrable_domain(urlsplit(website).hostname or "")
    except ValueError:
        return ""


def email_domain(email: str) -> str:
    """Return the domain of an e-mail address; empty if anybody can get an address there."""
    return registrable_domain(email.rpartition("@")[2])


def registrable_domain(host: str) -> str:
    """Return the registered domain of a host; empty if it does not belong to one organisation.

    www.mic.gov.xx and mail.mic.gov.xx are in mic.gov.xx; gov.xx itself belongs to nobody. Nor do
    the domains in members/data/shared_domains.csv: public e-mail providers, social networks, and
    domains with names of many organisations below them, such as admin.ch.
    """
    labels = _as_registered(host).removeprefix("www.").split(".")
    if len(labels) < 2 or not all(labels) or labels[-1].isdigit():
        return ""
    length = _length_of_suffix(labels)
    if len(labels) <= length:
        return ""
    domain = ".".join(labels[-length - 1 :])
    return "" if domain in _shared("mail", "site") else domain


def _as_registered(host: str) -> str:
    """Return a host in lower case, in its ASCII form (IDNA)."""
    host = host.strip(" .").lower()
    try:
        return host if host.isascii() else host.encode("idna").decode()
    except UnicodeError:
        return host


def _length_of_suffix(labels: list[str]) -> int:
    """Return how many of the last labels of a host form a suffix that many organisations share."""
    known = [
        length
        for length in range(1, len(labels) + 1)
        if ".".join(labels[-length:]) in _shared("suffix")
    ]
    *_rest, second, last = labels
    length = 2 if len(last) == 2 and second in SECOND_LEVEL.split() else 1
    above = labels[-length - 1] if len(labels) > length else ""
    is_government = second in GOVERNMENT or last == "gov"
    has_state = is_government and len(above) == 2 and len(labels) > length + 1
    return max([length + has_state, *known])


@cache
def _shared(*ways: str) -> frozenset[str]:
    path = Path(__file__).parents[3] / "members" / "data" / "shared_domains.csv"
    with path.open(encoding="utf-8", newline="") as lines:
        return frozenset(row["domain"] for row in csv.DictReader(lines) if row["shared_as"] in ways)
