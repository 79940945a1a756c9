"""A program of others that answers questions about money from the register in one file alone.

It reads the unfiltered CSV, shares no code with the portal, and is exact to the cent.
docs/interface.md describes the rules that it follows.
"""

import csv
import io
import re
import unicodedata
from collections import defaultdict
from decimal import Decimal
from typing import NamedTuple

from tests.commitments.open_data.reading import body, get

PLACE = re.compile(r"(world|[A-Z]{2,3})(?:\[(.*)\])?(?::([\d.]+))?")
# The filters that ask about places. All that are set must hold for the same place.
PLACE_FILTERS = ("country", "region", "group")
STATUSES_IN_FORCE = ("published", "ended")


class Place(NamedTuple):
    code: str
    # The ITU region and the groups of a country.
    tags: list[str]
    # In hundredths of a per cent, if it is stated.
    share: int | None


def read_register(address="/data/register.csv"):
    text = body(get(address)).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def places_of(row):
    for written in row["places"].split():
        code, tags, share = PLACE.fullmatch(written).groups()
        yield Place(code, (tags or "").split(","), share and int(Decimal(share) * 100))


def is_asked(place, filters):
    return all(
        {
            "country": place.code == filters.get("country"),
            "group": filters.get("group") in place.tags,
            "region": is_in_region(place, filters.get("region")),
        }[name]
        for name in PLACE_FILTERS
        if name in filters
    )


def is_in_region(place, region):
    if region == "global":
        return place.code == "world"
    if region == "none":
        return len(place.code) == 2 and not {"AFR", "AMS", "ARB", "ASP", "CIS", "EUR"} & {
            *place.tags
        }
    return place.code == region or region in place.tags


def folded(text):
    letters = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def has_words(row, words):
    own = folded(f"{row['title']} {row['commitment']}")
    of_lead = folded(f"{row['lead']} {row['lead_acronym']}")
    return all(word in own or word in of_lead for word in folded(words).split())


def condition_of(row):
    if row["status"] not in STATUSES_IN_FORCE:
        return "ended_otherwise"
    return {"reached_late": "reached", "": "no_report"}.get(row["condition"], row["condition"])


CONDITIONS = {
    "q": has_words,
    "area": lambda row, number: row["focus_area"] == number,
    "type": lambda row, value: row["type"] == value,
    "stage": lambda row, stage: stage in row["stages"].split(),
    "year": lambda row, year: row["published_on"][:4] == year,
    "condition": lambda row, group: condition_of(row) == group,
    "action": lambda row, key: key in row["actions"].split(),
    "member": lambda row, slug: slug in [row["lead_member"], *row["partner_members"].split()],
}


def is_selected(row, filters):
    asks_about_places = any(name in filters for name in PLACE_FILTERS)
    return all(
        CONDITIONS[name](row, value) for name, value in filters.items() if name in CONDITIONS
    ) and (not asks_about_places or any(is_asked(place, filters) for place in places_of(row)))


def answer_from(rows, filters):
    """Return the US dollars of a question by part of the answer and stage.

    The parts are what is its own, what is shared with other places, and what others give.
    """
    found = defaultdict(Decimal)
    for row in rows:
        for line in filter(None, row["money_by_giver"].split("\n")):
            stage, dollars, giver = line.split("|", 2)
            cents = int(Decimal(dollars) * 100)
            if filters.get("member") not in (
                None,
                row["lead_member"] if giver == "lead" else giver,
            ):
                found["of_others", stage] += Decimal(cents) / 100
                continue
            own, shared = divided(cents, list(places_of(row)), filters)
            found["own", stage] += Decimal(own) / 100
            found["shared", stage] += Decimal(shared) / 100
    return {key: dollars for key, dollars in found.items() if dollars}


def divided(cents, places, filters):
    """Return the cents that are in the places of the question, and those that no share states."""
    if not any(name in filters for name in PLACE_FILTERS):
        return cents, 0
    shares = [place.share for place in places]
    stated = sum(share or 0 for share in shares)
    if all(is_asked(place, filters) for place in places) and (None in shares or stated >= 10_000):
        return cents, 0
    if stated > 10_000:
        return 0, cents
    weights = [share or 0 for share in shares] + [10_000 - stated]
    parts = [cents * weight // 10_000 for weight in weights]
    losses = [cents * weight % 10_000 for weight in weights]
    # The largest remainder method; of equal losses, the first place.
    for at in sorted(range(len(weights)), key=lambda at: -losses[at])[: cents - sum(parts)]:
        parts[at] += 1
    own = sum(part for part, place in zip(parts, places, strict=False) if is_asked(place, filters))
    return own, parts[-1]


def select(filters):
    return [row for row in read_register() if is_selected(row, filters)]
