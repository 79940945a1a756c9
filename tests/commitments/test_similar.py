"""Similar commitments of the same lead, and what a commitment lacks."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from commitments.models import CommitmentStatus
from commitments.services.completeness import FormPart, gaps_in, partners_without_answer
from commitments.services.content import (
    AmountContent,
    Content,
    PartnerContent,
    TargetContent,
)
from commitments.services.indicators import INDICATORS, unit_of
from commitments.services.similar import (
    do_periods_overlap,
    do_places_overlap,
    likeness_of,
    similar_to,
)
from tests.commitments.writing import a_content, a_lead, draft_of
from tests.factories import CommitmentFactory, PartnerFactory, PlaceFactory

WORLD, MALAWI, ZAMBIA = ("", ""), ("MW", ""), ("ZM", "")
AFRICA, EUROPE = ("", "AFR"), ("", "EUR")
SCHOOLS = TargetContent(
    indicator="Schools", unit="schools", value=Decimal(1000), by=date(2026, 12, 31)
)
JAN, JUNE, DEC = date(2027, 1, 1), date(2027, 6, 1), date(2027, 12, 1)


@pytest.mark.parametrize(
    ("one", "other", "is_similar"),
    [
        ("Fibre to 1,200 schools", "Fibre to 1200 schools", True),
        ("Fibre and satellite to schools", "Satellite and fibre to schools", True),
        ("École connectée à Niamey", "Ecole connectee a NIAMEY", True),
        ("توصيل ألف مدرسة ريفية", "توصيل ألف مدرسة", True),
        ("培训一千名教师", "培训一千名女教师", True),
        ("Fibre to schools in Malawi", "Digital skills for farmers", False),
        ("培训一千名教师", "建设移动基站", False),
        ("", "", False),
    ],
)
def test_titles_are_compared_without_order_case_and_accents(one, other, is_similar):
    assert bool(likeness_of(one, other)) == is_similar


@pytest.mark.parametrize(
    ("places", "others", "overlap"),
    [
        ({MALAWI}, {MALAWI, ZAMBIA}, True),
        ({MALAWI}, {ZAMBIA}, False),
        ({MALAWI}, {WORLD}, True),
        ({WORLD}, {EUROPE}, True),
        ({MALAWI}, {AFRICA}, True),
        ({AFRICA}, {MALAWI}, True),
        ({MALAWI}, {EUROPE}, False),
        ({AFRICA}, {AFRICA}, True),
        (set(), {MALAWI}, True),
    ],
)
def test_places_overlap(places, others, overlap):
    assert do_places_overlap(places, others) == overlap


@pytest.mark.parametrize(
    ("period", "other", "overlap"),
    [
        ((JAN, JUNE), (JUNE, DEC), True),
        ((JAN, JUNE), (DEC, None), False),
        ((None, JAN), (JUNE, DEC), False),
        ((None, None), (JUNE, DEC), True),
    ],
)
def test_periods_overlap(period, other, overlap):
    assert do_periods_overlap(*period, *other) == overlap
    assert do_periods_overlap(*other, *period) == overlap


def test_similar_ones_are_those_of_the_lead_in_the_same_place_and_time(
    django_assert_max_num_queries,
):
    person = a_lead()
    facts = {
        "lead": person.member,
        "title": "Satellite and fibre to 1,200 schools",
        "starts": JAN,
        "ends": DEC,
    }
    similar = PlaceFactory(commitment=CommitmentFactory(**facts)).commitment
    CommitmentFactory(**{**facts, "title": "Digital skills for farmers"})
    CommitmentFactory(**{**facts, "ends": date(2026, 12, 31), "starts": None})
    PlaceFactory(country="FJ", commitment=CommitmentFactory(**facts))
    CommitmentFactory(**{**facts, "lead": CommitmentFactory().lead})
    CommitmentFactory(**facts, status=CommitmentStatus.DRAFT)
    CommitmentFactory(**facts, status=CommitmentStatus.DECLINED)
    CommitmentFactory(**facts, status=CommitmentStatus.WITHDRAWN)
    CommitmentFactory(**facts, status=CommitmentStatus.SUPERSEDED)
    draft, content = draft_of(person), a_content()

    with django_assert_max_num_queries(2):
        found = similar_to(draft, content)

    assert [each.pk for each in found if each.places.exists()] == [similar.pk]


# What is missing


def sentences(content, part):
    return [gap.sentence for gap in gaps_in(content, [part])]


def test_complete_content_lacks_nothing():
    [amount] = a_content().amounts
    content = a_content(
        topics=("schools",),
        targets=(replace(SCHOOLS, baseline=Decimal(0), baseline_on=JAN),),
        amounts=(replace(amount, decided_on=JAN),),
    )

    assert gaps_in(content) == []


def test_empty_content_says_in_words_what_is_missing():
    assert [gap.part for gap in gaps_in(Content())] == ["targets", *["places"] * 3, "more"]


@pytest.mark.parametrize(
    ("fact", "missing"),
    [
        ({"by": None}, "has no date"),
        ({"value": None}, "has no number to reach"),
        ({"unit": ""}, "has no unit"),
        ({"baseline": None}, "has no number at the start"),
        ({"baseline_on": None}, "has no date"),
    ],
)
def test_target_says_what_is_missing_to_follow_it(fact, missing):
    complete = replace(SCHOOLS, baseline=Decimal(0), baseline_on=JAN)

    (sentence,) = sentences(Content(targets=(replace(complete, **fact),)), FormPart.TARGETS)

    assert "“Schools”" in sentence
    assert missing in sentence


def test_target_of_a_policy_needs_only_its_day():
    target = TargetContent(indicator="Law in force", is_yes_no=True, by=DEC)

    assert sentences(Content(targets=(target,)), FormPart.TARGETS) == []


def test_money_and_partners_say_what_is_missing():
    undisclosed = Content(type="financial", amount_not_disclosed=True)
    undecided = Content(amounts=(AmountContent(original=Decimal(5)),) * 2)
    unknown = Content(partners=(PartnerContent(name="Other"), PartnerContent(member=1, name="M")))

    assert "counts in no total" in sentences(undisclosed, FormPart.MONEY)[0]
    assert len(sentences(undecided, FormPart.MONEY)) == 1
    assert list(sentences(unknown, FormPart.PARTNERS)) == [
        "“Other” has no email address of a contact, so it cannot be asked to confirm."
    ]
    assert len(sentences(Content(novelty="expands"), FormPart.WHAT)) == 1


def test_partners_without_answer_are_named():
    commitment = CommitmentFactory()
    PartnerFactory(commitment=commitment, name="Waiting", is_invited=True)
    PartnerFactory(commitment=commitment, name="Not asked", position=1)
    PartnerFactory(commitment=commitment, name="Left out", is_current=False)
    PartnerFactory(commitment=commitment, name="Agrees", has_confirmed=True)

    assert partners_without_answer(commitment) == ["Waiting", "Not asked"]


def test_proposed_indicator_brings_its_unit():
    assert unit_of("schools CONNECTED") == "schools"
    assert unit_of("Own words") == ""
    assert len({str(each.name) for each in INDICATORS}) == len(INDICATORS)
