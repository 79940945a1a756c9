"""The register in one file is enough to compute the money of every filter again."""

from decimal import Decimal

import pytest

from commitments.models import CommitmentType, PartnerRole, Stage
from commitments.services.register import matching, place_condition
from commitments.services.totals import totals
from focus_areas.models import FocusArea
from members.models import Member
from tests.commitments.open_data.hard_cases import a_commitment, a_member, usd
from tests.commitments.open_data.recompute import answer_from, read_register, select
from tests.factories import PartnerFactory, PlaceFactory

pytestmark = [pytest.mark.usefixtures("hard_cases"), pytest.mark.both_databases]


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
        {"country": "MW"},
        {"region": "AFR"},
        {"region": "global"},
        {"group": "LDC"},
        {"region": "AFR", "group": "LDC", "year": "2022"},
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

    member = Member.objects.filter(slug=filters.get("member")).first()
    published = totals(matching(in_address), places=place_condition(filters), member=member)
    assert answer_from(select(filters), filters) == {
        (part, stage.value): total.usd
        for part in ("own", "shared", "of_others")
        for stage, total in getattr(published, part).by_stage.items()
        if total.usd
    }
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
    assert answer_from(select(malawi), malawi) == {
        ("own", "firm"): Decimal("10332300.00"),
        ("own", "pledged"): Decimal("3033225.12"),
        ("own", "paid"): Decimal("4132920.08"),
    }
    assert answer_from(select(zambia), zambia) == {
        ("own", "firm"): Decimal("20667700.01"),
        ("own", "pledged"): Decimal("6067360.30"),
        ("own", "paid"): Decimal("8267080.17"),
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
        found[country] = answer_from(select({"country": country}), {"country": country})

    assert found == {
        "KE": {("own", "pledged"): Decimal("0.04")},
        "TZ": {("own", "pledged"): Decimal("0.03")},
        "UG": {("own", "pledged"): Decimal("0.03")},
    }


def test_money_without_shares_is_of_a_place_only_if_all_places_are():
    lead = a_member("Two countries")
    two = a_commitment("C-TWOCTR", lead=lead)
    PlaceFactory(commitment=two, country="KE", share=Decimal(40))
    PlaceFactory(commitment=two, country="RW")
    usd(two, Stage.FIRM, "100")

    found = {}
    for filters in ({"country": "KE"}, {"country": "RW"}, {"region": "AFR", "year": "2021"}):
        found[str(filters)] = answer_from(select(filters), filters)

    assert list(found.values()) == [
        {("own", "firm"): 40, ("shared", "firm"): 60},
        {("shared", "firm"): 60},
        {("own", "firm"): 100},
    ]


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
