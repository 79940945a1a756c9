"""Every reason that a match prints is true, and no pair that fulfils the rule is left out."""

import csv
import re
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from focus_areas.models import FocusArea
from members import services
from members.models import MemberStatus
from opportunities.models import OpportunityStatus, SupportKind
from opportunities.services.content import Where
from opportunities.services.matching import MAX_SHOWN, matches_of
from tests.factories import NOON, MemberFactory, PillarFactory
from tests.opportunities.fitting import a_need, an_offer

DATA = Path(services.__file__).parents[1] / "data"
# Of six regions, in all groups and in none; two are in no region.
COUNTRIES = ("NE", "ML", "GH", "FJ", "HT", "BO", "DE", "KG", "YE", "NP", "AQ")
REGIONS = ("AFR", "AMS", "ARB", "ASP", "CIS", "EUR")
GROUPS = {
    "LDC": "the least developed countries",
    "LLDC": "the landlocked developing countries",
    "SIDS": "the small island developing States",
}
REGION_NAMES = {
    "Africa": "AFR",
    "Americas": "AMS",
    "Arab States": "ARB",
    "Asia and the Pacific": "ASP",
    "Commonwealth of Independent States": "CIS",
    "Europe": "EUR",
}
MEMBERS = 4

countries = st.builds(Where, country=st.sampled_from(COUNTRIES))
anywhere = (
    countries
    | st.builds(Where, region=st.sampled_from(REGIONS))
    | st.builds(Where, group=st.sampled_from([*GROUPS]))
)
common = {
    "member": st.integers(0, MEMBERS),
    "supports": st.lists(st.sampled_from(SupportKind.values), max_size=3, unique=True),
    "area": st.integers(1, 2),
    "has_pillar": st.booleans(),
    "action": st.sampled_from(["", "an-action"]),
    "days": st.integers(0, 3),
    "is_open": st.sampled_from([True, True, True, False]),
}
needs = st.fixed_dictionaries({**common, "places": st.lists(countries, max_size=3, unique=True)})
offers = st.fixed_dictionaries({**common, "places": st.lists(anywhere, max_size=3, unique=True)})


def read(name):
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


ROWS = read("countries.csv")
REGION_OF = {row["iso2"]: row["itu_region"] for row in ROWS}
NAMES = {row["name_en"]: row["iso2"] for row in [*ROWS, *read("territories.csv")]}
# Today: nobody has left since, or joined before.
MEMBERSHIPS = {
    (row["iso2"], row["group"])
    for row in read("country_groups.csv")
    if not row["to_date"] or row["to_date"] > NOON.date().isoformat()
}


def contains(place, country):
    """Whether a place is a country or has it, read from the files."""
    if place.country:
        return place.country == country
    if place.region:
        return REGION_OF.get(country) == place.region
    return (country, place.group) in MEMBERSHIPS


def fit(need, offer):
    """The rule, one pair at a time."""
    return (
        need["is_open"]
        and offer["is_open"]
        and need["member"] != offer["member"]
        # The last member was suspended.
        and MEMBERS not in (need["member"], offer["member"])
        and bool({*need["supports"]} & {*offer["supports"]})
        and any(
            contains(place, where.country) for place in offer["places"] for where in need["places"]
        )
    )


def in_order(one, found):
    """Those that fit, as they are to be shown; each has its place among those that were written."""
    return sorted(
        found,
        key=lambda each: (
            not (one["action"] and one["action"] == each["action"]),
            not (one["has_pillar"] and each["has_pillar"] and one["area"] == each["area"]),
            one["area"] != each["area"],
            -each["days"],
            each["row"].pk,
        ),
    )[:MAX_SHOWN]


def is_true(words, need, offer):
    """Whether a printed reason agrees with what was typed. Raises if it is of no known form."""
    if found := re.fullmatch(r"(?:Offers|Asks for|.+ for:) (.+)\.", words):
        shared = {each.label.lower() for each in SupportKind if each in need["supports"]}
        shared &= {each.label.lower() for each in SupportKind if each in offer["supports"]}
        return listed(found[1]) == shared
    if found := re.fullmatch(r"(?:You named|The offer names) (.+), including (.+)\.", words):
        place = place_named(found[1])
        return place in offer["places"] and all(
            contains(place, code) and Where(country=code) in need["places"]
            for code in codes(found[2])
        )
    if found := re.fullmatch(r"(?:You named|The offer names) (.+)\.", words):
        those = {Where(country=code) for code in codes(found[1])}
        return those <= {*need["places"]} & {*offer["places"]}
    if words.startswith("Both are about this pillar: "):
        name = words.partition(": ")[2]
        return need["row"].pillar.name == offer["row"].pillar.name == name
    (area,) = re.fullmatch(r"Both belong to the focus area (.+)\.", words).groups()
    return need["row"].focus_area.name == offer["row"].focus_area.name == area


def listed(words):
    return {*re.split(r", | and ", words)}


def codes(words):
    return {NAMES[name] for name in listed(words)}


def place_named(words):
    if region := words.removeprefix("the ITU region ") if "ITU region" in words else "":
        return Where(region=REGION_NAMES[region])
    return Where(group=next(group for group, name in GROUPS.items() if name == words))


def countries_in_reasons(sentences):
    """The countries that the reasons about places name."""
    named = [each for each in sentences if re.match("You named|The offer names", each)]
    return [
        code
        for each in named
        for code in codes(re.sub(r"^.*?(including|You named|The offer names) ", "", each)[:-1])
    ]


@contextmanager
def rolled_back():
    """Forget what an example wrote."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.mark.django_db
@given(
    needs=st.lists(needs, min_size=1, max_size=4), offers=st.lists(offers, min_size=1, max_size=14)
)
def test_reasons_are_true_and_no_match_is_left_out(needs, offers):
    with rolled_back():
        write(needs, a_need, offers, an_offer)
        for need in needs:
            check(need, [each for each in offers if fit(need, each)])
        for offer in offers:
            check(offer, [each for each in needs if fit(each, offer)])


def write(needs, make_need, offers, make_offer):
    admitted = [MemberFactory(status=MemberStatus.ADMITTED) for _ in range(MEMBERS)]
    members = [*admitted, MemberFactory(status=MemberStatus.WITHDRAWN)]
    areas = {area.number: area for area in FocusArea.objects.all()}
    pillars = {number: PillarFactory(focus_area=areas[number]) for number in (1, 2)}
    for rows, make in ((needs, make_need), (offers, make_offer)):
        for each in rows:
            each["row"] = make(
                supports=each["supports"],
                places=each["places"],
                member=members[each["member"]],
                focus_area=areas[each["area"]],
                pillar=pillars[each["area"]] if each["has_pillar"] else None,
                action=each["action"],
                published_at=NOON - timedelta(days=each["days"]),
                status=OpportunityStatus.OPEN if each["is_open"] else OpportunityStatus.AGREED,
            )


def check(one, fitting):
    expected = in_order(one, fitting)

    found = matches_of(one["row"], at=NOON)

    assert [match.other for match in found] == [each["row"] for each in expected]
    for match, other in zip(found, expected, strict=True):
        need, offer = (one, other) if one["row"].is_need else (other, one)
        for own in (True, False):
            sentences = [str(each) for each in match.reasons(own=own)]
            assert [each for each in sentences if not is_true(each, need, offer)] == []
            # Each country that the offer reaches is named once.
            reached = [
                where.country
                for where in need["places"]
                if any(contains(place, where.country) for place in offer["places"])
            ]
            assert sorted(countries_in_reasons(sentences)) == sorted(reached)
