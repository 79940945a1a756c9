"""A program of others computes the money of every filter from the register in one file alone.

The program reads the unfiltered CSV, shares no code with the portal, and is exact to the cent.
docs/interface.md describes the rules that it follows.
"""

import csv
import io
import re
import unicodedata
from collections import defaultdict
from decimal import Decimal
from typing import NamedTuple

import pytest

from commitments.models import CommitmentType, PartnerRole, Stage
from commitments.services.register import matching
from commitments.services.totals import totals
from focus_areas.models import FocusArea
from tests.commitments.open_data.hard_cases import a_commitment, a_member, usd
from tests.commitments.open_data.reading import body, get
from tests.factories import PartnerFactory, PlaceFactory

pytestmark = pytest.mark.usefixtures("hard_cases")

PLACE = re.compile(r"(world|[A-Z]{2,3})(?:\[(.*)\])?(?::([\d.]+))?")
# The filters that ask about places. All that are set must hold for the same place.
OF_PLACES = ("country", "region", "group")
IN_FORCE = ("published", "ended")


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
        for name in OF_PLACES
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
    if row["status"] not in IN_FORCE:
        return "ended_otherwise"
    return {"reached_late": "reached", "": "no_report"}.get(row["condition"], row["condition"])


CONDITIONS = {
    "q": has_words,
    "area": lambda row, number: row["focus_area"] == number,
    "type": lambda row, value: row["type"] == value,
    "stage": lambda row, stage: stage in row["stages"].split(),
    "year": lambda row, year: row["published_on"][:4] == year,
    "condition": lambda row, group: condition_of(row) == group,
    "member": lambda row, slug: slug in [row["lead_member"], *row["partner_members"].split()],
}


def is_selected(row, filters):
    asks_about_places = any(name in filters for name in OF_PLACES)
    return all(
        CONDITIONS[name](row, value) for name, value in filters.items() if name in CONDITIONS
    ) and (not asks_about_places or any(is_asked(place, filters) for place in places_of(row)))


def money_of(rows, filters):
    """Return the US dollars of each stage, and those that are for several places."""
    asked, undivided = defaultdict(Decimal), defaultdict(Decimal)
    for row in rows:
        for line in filter(None, row["money_by_giver"].split("\n")):
            stage, dollars, _giver = line.split("|", 2)
            cents = int(Decimal(dollars) * 100)
            own, rest = divided(cents, list(places_of(row)), filters)
            asked[stage] += Decimal(own) / 100
            undivided[stage] += Decimal(rest) / 100
    return asked, undivided


def divided(cents, places, filters):
    """Return the cents that are in the places of the question, and those that no share states."""
    if not any(name in filters for name in OF_PLACES):
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


@pytest.mark.parametrize(
    "filters",
    [
        {},
        {"area": "1"},
        {"type": "financial"},
        {"type": "policy"},
        {"stage": "firm"},
        {"year": "2022"},
        {"condition": "behind"},
        {"condition": "ended_otherwise"},
        {"condition": "no_report"},
        {"member": "ministry"},
        {"member": "lead"},
        {"q": "joint1 inc"},
        {"q": "title", "type": "financial", "year": "2022", "stage": "paid"},
    ],
    ids=str,
)
def test_program_computes_the_published_totals_of_a_filter(filters):
    joint = read_register()[0]
    slugs = {"ministry": joint["partner_members"], "lead": joint["lead_member"]}
    if "member" in filters:
        filters = {"member": slugs[filters["member"]]}
    # An address names an area by its slug, the file by its number.
    in_address = dict(filters)
    if "area" in filters:
        in_address["area"] = FocusArea.objects.get(number=filters["area"]).slug
    query = "&".join(f"{name}={value}" for name, value in in_address.items())

    asked, undivided = money_of(select(filters), filters)

    published = totals(matching(in_address)).by_stage
    assert {stage.value: asked[stage] for stage in Stage} == {
        stage.value: published[stage].usd for stage in Stage
    }
    assert not any(undivided.values())
    found = [row["commitment"] for row in select(filters)]
    assert found == [row["commitment"] for row in read_register(f"/data/register.csv?{query}")]
    assert found != []


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"country": "MW"}, ["C-JOINT1"]),
        ({"region": "AMS"}, ["C-AGAIN1"]),
        ({"region": "AFR", "group": "LDC"}, ["C-JOINT1"]),
        ({"region": "global"}, ["C-PLUS01"]),
        ({"country": "MW", "region": "AMS"}, []),
    ],
    ids=str,
)
def test_program_selects_the_commitments_of_a_place(filters, found):
    query = "&".join(f"{name}={value}" for name, value in filters.items())

    assert [row["commitment"] for row in select(filters)] == found
    assert [row["commitment"] for row in read_register(f"/data/register.csv?{query}")] == found


def test_shares_divide_the_money_of_a_country_to_the_cent():
    malawi, zambia = ({"country": code} for code in ("MW", "ZM"))

    # 33.33 and 66.67 per cent of 31,000,000.01, of 9,100,585.42, and of 12,400,000.25.
    assert money_of(select(malawi), malawi)[0] == {
        "firm": Decimal("10332300.00"),
        "pledged": Decimal("3033225.12"),
        "paid": Decimal("4132920.08"),
    }
    assert money_of(select(zambia), zambia)[0] == {
        "firm": Decimal("20667700.01"),
        "pledged": Decimal("6067360.30"),
        "paid": Decimal("8267080.17"),
    }


def test_money_is_divided_as_one_sum_of_a_stage_and_a_giver():
    """Ten cents of the lead are divided at once, and not five cents twice."""
    thirds = a_commitment("C-THIRDS", lead=a_member("Thirds"))
    for country in ("KE", "TZ", "UG"):
        PlaceFactory(commitment=thirds, country=country, share=Decimal("33.33"))
    for _each in range(2):
        usd(thirds, Stage.PLEDGED, "0.05")

    found = {}
    for country in ("KE", "TZ", "UG"):
        asked, undivided = money_of(select({"country": country}), {"country": country})
        found[country] = (asked["pledged"], undivided["pledged"])

    assert found == {
        "KE": (Decimal("0.04"), 0),
        "TZ": (Decimal("0.03"), 0),
        "UG": (Decimal("0.03"), 0),
    }


def test_money_without_shares_is_of_a_place_only_if_all_places_are():
    lead = a_member("Two countries")
    two = a_commitment("C-TWOCTR", lead=lead)
    PlaceFactory(commitment=two, country="KE", share=Decimal(40))
    PlaceFactory(commitment=two, country="RW")
    usd(two, Stage.FIRM, "100")

    found = {}
    for filters in ({"country": "KE"}, {"country": "RW"}, {"region": "AFR", "year": "2021"}):
        asked, undivided = money_of(select(filters), filters)
        found[str(filters)] = (asked["firm"], undivided["firm"])

    assert list(found.values()) == [(40, 60), (0, 60), (100, 0)]


def test_file_has_the_sums_of_each_commitment():
    [row] = [row for row in read_register() if row["commitment"] == "C-JOINT1"]

    assert {name: row[name] for name in row if "usd" in name or "amount" in name} == {
        "usd_pledged": "9100585.42",
        "usd_firm": "31000000.01",
        "usd_promised": "40100585.43",
        "usd_paid": "12400000.25",
        # Of 10 US dollars, because they depend on others. What a bank was said to give is secret.
        "amounts_not_counted": "1",
        "amounts_not_converted": "1",
        "amount_not_disclosed": "false",
    }
    assert row["money_by_giver"].splitlines() == [
        "firm|31000000.01|lead",
        f"pledged|9100585.42|{row['partner_members']}",
        "paid|12400000.25|lead",
    ]
    assert row["targets"] == "Schools connected: 0.125 of 1,000 schools (31 Dec 2028)"
    assert row["places"] == "MW[AFR,LDC]:33.33 ZM[AFR,LDC]:66.67"


def test_commitment_that_is_not_in_force_has_no_money():
    rows = {row["commitment"]: row for row in read_register()}

    for reference in ("C-WITHDR", "C-SUPERS"):
        assert (rows[reference]["usd_promised"], rows[reference]["money_by_giver"]) == ("", "")
        assert int(rows[reference]["amounts_not_counted"]) > 0


def test_givers_are_told_apart_and_named_as_the_public_knows_them():
    lead = a_member("Givers")
    several = a_commitment("C-GIVERS", lead=lead, type=CommitmentType.FINANCIAL)
    unlisted = a_member("Unlisted  giver", is_listed=False)
    for giver in ({"contributor": unlisted}, {"contributor_name": "Unlisted giver"}, {}):
        usd(several, Stage.FIRM, "1.10", **giver)
        usd(several, Stage.FIRM, "2", **giver)
    usd(several, Stage.FIRM, "4", contributor=lead)
    PartnerFactory(
        commitment=several, member=unlisted, role=PartnerRole.CO_PLEDGER, has_confirmed=True
    )

    [row] = [row for row in read_register() if row["commitment"] == "C-GIVERS"]

    assert row["money_by_giver"].splitlines() == [
        "firm|3.1|Unlisted giver",
        "firm|3.1|Unlisted giver",
        "firm|7.1|lead",
    ]
    assert (row["partner_members"], row["usd_firm"]) == ("", "13.3")
