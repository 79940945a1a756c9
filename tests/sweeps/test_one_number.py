"""Each question about money has the same answer on each page that states it.

The answers are worked out here once more, slowly, without the code of the portal.
"""

from collections import defaultdict
from decimal import Decimal

import pytest
from django.test import Client

from commitments.models import Commitment, CommitmentStatus, CommitmentType, NotCounted, Stage
from commitments.services.figures import refresh_figures
from focus_areas.models import FocusArea
from tests.commitments.register import in_dollars, listed_member, published
from tests.factories import NOON, AmountFactory, PlaceFactory

pytestmark = pytest.mark.django_db

REGIONS = {"MW": "AFR", "ZM": "AFR", "TD": "AFR", "FJ": "ASP", "BT": "ASP", "CK": "none"}
GROUPS = {"MW": {"LDC", "LLDC"}, "ZM": {"LDC", "LLDC"}, "TD": {"LDC", "LLDC"}, "FJ": {"SIDS"}}
PLACES = [
    [("MW", None)],
    [("MW", None), ("ZM", None)],
    [("MW", None), ("FJ", None)],
    [("MW", "33.33"), ("ZM", "33.33"), ("FJ", "33.34")],
    [("MW", "60"), ("FJ", None)],
    [("MW", "50")],
    [("AFR", None)],
    [("AFR", None), ("TD", None)],
    [("world", None)],
    [("BT", "12.5"), ("world", None)],
    [("CK", None)],
]
QUESTIONS = [
    "",
    "country=MW",
    "country=FJ",
    "country=CK",
    "country=BT",
    "region=AFR",
    "region=ASP",
    "region=global",
    "region=none",
    "group=LDC",
    "group=LLDC",
    "group=SIDS",
    "area=connecting-people-everywhere",
    "type=financial",
    "year=2022",
    "region=AFR&type=financial",
    "group=LDC&year=2021",
    "country=MW&area=connecting-people-everywhere",
    "region=ASP&group=SIDS",
    "region=AFR&group=LDC&type=policy",
    "member=bank",
    "member=union",
    "member=bank&region=AFR",
    "member=union&country=FJ",
]
ON_FIGURES = [question for question in QUESTIONS if "member" not in question]


@pytest.fixture
def register():
    """Publish commitments for each combination of places, with money at each stage."""
    areas = list(FocusArea.objects.order_by("number"))
    members = {
        slug: listed_member(slug=slug, organisation_name=slug.title()) for slug in ("bank", "union")
    }
    leads = [*members.values(), listed_member()]
    kinds = [CommitmentType.FINANCIAL, CommitmentType.POLICY]
    for number, places in enumerate(PLACES * 2):
        commitment = published(
            lead=leads[number % 3],
            focus_area=areas[number % 2],
            type=kinds[number % 2],
            published_at=NOON.replace(year=2021 + number % 3),
        )
        for name, share in places:
            region = name if name in REGIONS.values() else ""
            country = name if name in REGIONS else ""
            groups = {f"is_{each.lower()}": True for each in GROUPS.get(country, ())}
            PlaceFactory(
                commitment=commitment, country=country, region=region, share=share, **groups
            )
        for stage, cents in zip(Stage, (101, 77, 13), strict=True):
            usd = Decimal(1_000_000_00 + cents * (number + 1)) / 100
            AmountFactory(commitment=commitment, stage=stage, **in_dollars(usd))
        AmountFactory(
            commitment=commitment,
            contributor=members["bank"],
            contributor_answer="confirmed",
            **in_dollars(Decimal(f"{number}000.01")),
        )
        AmountFactory(commitment=commitment, not_counted=NotCounted.CONDITIONAL, **in_dollars(9))
        AmountFactory(commitment=commitment, currency="ETB", original=7)
    AmountFactory(commitment=published(status=CommitmentStatus.WITHDRAWN), **in_dollars(5))
    refresh_figures(at=NOON)


def is_asked(place, question):
    """Whether a place is one of those that a question asks about."""
    region = place.region or REGIONS.get(place.country, "global")
    found = {
        "country": place.country,
        "region": region,
    }
    if "group" in question and not getattr(place, f"is_{question['group'].lower()}"):
        return False
    return all(question[name] == value for name, value in found.items() if name in question)


def parts(cents, places, asked):
    """Return what a sum has for the places that are asked about, and what it shares with others."""
    if not any(name in asked for name in ("country", "region", "group")):
        return cents, 0
    shares = [int((place.share or 0) * 100) for place in places]
    rest = 10_000 - sum(shares)
    exact = [cents * share for share in (*shares, rest)]
    whole = [each // 10_000 for each in exact]
    for index in sorted(range(len(exact)), key=lambda each: -(exact[each] % 10_000)):
        if sum(whole) == cents:
            break
        whole[index] += 1
    mine = [is_asked(place, asked) for place in places]
    own = sum(part for part, yes in zip(whole, mine, strict=False) if yes)
    everywhere_known = all(place.share for place in places) and rest > 0
    if all(mine) and not everywhere_known:
        return own + whole[-1], 0
    return own, whole[-1]


def worked_out(question):
    """Return the answer to a question: dollars by part and stage."""
    asked = dict(each.split("=") for each in question.split("&") if each)
    found = defaultdict(int)
    for commitment in Commitment.objects.filter(status=CommitmentStatus.PUBLISHED):
        places = list(commitment.places.order_by("pk"))
        if (
            ("area" in asked and commitment.focus_area.slug != asked["area"])
            or ("type" in asked and commitment.type != asked["type"])
            or ("year" in asked and str(commitment.published_at.year) != asked["year"])
            or not (any(is_asked(place, asked) for place in places))
        ):
            continue
        sums = defaultdict(int)
        for amount in commitment.amounts.filter(usd__isnull=False, not_counted=""):
            giver = amount.contributor or commitment.lead
            sums[amount.stage, giver.slug] += int(amount.usd * 100)
        if asked.get("member") not in (None, commitment.lead.slug, *(slug for _, slug in sums)):
            continue
        for (stage, giver), cents in sums.items():
            if asked.get("member") not in (None, giver):
                found["of_others", stage] += cents
                continue
            own, shared = parts(cents, places, asked)
            found["own", stage] += own
            found["shared", stage] += shared
    return {key: Decimal(cents) / 100 for key, cents in found.items() if cents}


def answer_of(totals):
    """Return the answer that a page got: dollars by part and stage."""
    return {
        (part, stage.value): total.usd
        for part in ("own", "shared", "of_others")
        for stage, total in getattr(totals, part).by_stage.items()
        if total.usd
    }


def stated_by(response):
    """Return the answer of a page, whose words it also shows."""
    money = response.context["money"]
    for line in (money.answer, *money.rest):
        assert line.text in response.content.decode().replace("&nbsp;", "\N{NO-BREAK SPACE}")
    sums = {"own": money.answer.sums}
    sums |= {
        {"For this place": "shared", "Given by other": "of_others"}[line.label[:14]]: line.sums
        for line in money.rest
    }
    return {
        (part, stage.value): total.usd
        for part, by_stage in sums.items()
        for stage, total in by_stage.by_stage.items()
        if total.usd
    }


def test_register_and_figures_answer_each_question_alike(register):
    client = Client()
    for question in QUESTIONS:
        expected = worked_out(question)
        assert len(expected) >= 2, question

        assert stated_by(client.get(f"/en/commitments/?{question}")) == expected, question
        if question in ON_FIGURES:
            for page in ("figures/", "figures/organisations/"):
                address = f"/en/commitments/{page}?{question}"
                assert stated_by(client.get(address)) == expected, address


def test_page_of_a_member_and_the_list_of_organisations_answer_alike(register):
    client = Client()
    givers = {
        giver.name: giver
        for giver in client.get("/en/commitments/figures/organisations/").context["page"]
    }
    for slug in ("bank", "union"):
        expected = worked_out(f"member={slug}")

        page = client.get(f"/en/members/{slug}/")

        assert stated_by(page) == expected
        answer = page.context["money"].answer
        giver = givers[slug.title()]
        assert (giver.promised, giver.firm, giver.paid) == (
            answer.promised,
            answer.firm,
            answer.paid,
        )


def test_home_page_has_the_answer_of_the_whole_register(register):
    client = Client()
    register_page = client.get("/en/commitments/")

    money = client.get("/en/").context["money"]

    assert money.answer.text == register_page.context["money"].answer.text


def test_rows_of_places_have_the_answers_of_the_register(register):
    client = Client()
    context = client.get("/en/commitments/figures/").context
    figures = context["figures"]
    tables = [("region", figures.by_region.rows), ("country", figures.by_country.rows)]
    tables += [("group", table.rows) for table in figures.by_group.values()]

    for name, rows in tables:
        for key, figure in rows.items():
            assert answer_of(figure.totals) == worked_out(f"{name}={key}"), (name, key)
