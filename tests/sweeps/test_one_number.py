"""Each question about money has the same answer on each page that states it.

Another program works the answers out from the register in one file.
"""

from decimal import Decimal

import pytest
from django.test import Client

from commitments.models import CommitmentStatus, CommitmentType, NotCounted, Stage
from commitments.services.figures import refresh_figures
from focus_areas.models import FocusArea
from framework.models import DraftStatus
from tests.commitments.open_data.recompute import answer_from, select
from tests.commitments.register import in_dollars, listed_member, published
from tests.factories import NOON, AmountFactory, PlaceFactory, WordingFactory

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

COUNTRIES = ("MW", "ZM", "TD", "FJ", "BT", "CK")
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
ACTION = "00000000-0000-0000-0000-000000000047"
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
    f"action={ACTION}",
    f"action={ACTION}&region=AFR",
]
FIGURE_QUESTIONS = [question for question in QUESTIONS if "member" not in question]


@pytest.fixture
def register():
    """Publish commitments for each combination of places, with money at each stage."""
    areas = list(FocusArea.objects.order_by("number"))
    members = {
        slug: listed_member(slug=slug, organisation_name=slug.title()) for slug in ("bank", "union")
    }
    leads = [*members.values(), listed_member()]
    WordingFactory(draft__status=DraftStatus.ADOPTED, paragraph__key=ACTION)
    kinds = [CommitmentType.FINANCIAL, CommitmentType.POLICY]
    for number, places in enumerate(PLACES * 2):
        commitment = published(
            lead=leads[number % 3],
            focus_area=areas[number % 2],
            type=kinds[number % 2],
            actions=[ACTION] if number % 4 == 0 else [],
            published_at=NOON.replace(year=2021 + number % 3),
        )
        for name, share in places:
            region = name if name == "AFR" else ""
            country = name if name in COUNTRIES else ""
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


def worked_out(question):
    """Return the answer to a question, which another program computes from the file."""
    filters = dict(each.split("=") for each in question.split("&") if each)
    if "area" in filters:
        # An address names an area by its slug, the file by its number.
        filters["area"] = str(FocusArea.objects.get(slug=filters["area"]).number)
    return answer_from(select(filters), filters)


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
        if question in FIGURE_QUESTIONS:
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
