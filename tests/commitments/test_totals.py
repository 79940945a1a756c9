from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from commitments.models import (
    STORED_REASONS,
    Commitment,
    CommitmentStatus,
    NotCounted,
    Stage,
)
from commitments.services.register import matching, place_condition
from commitments.services.totals import CurrencyTotal, StageTotal, totals
from tests.commitments.register import listed_member, published
from tests.factories import AmountFactory, CommitmentFactory, PlaceFactory

CONVERTED = {"rate": 1, "rate_month": "2026-11-01", "rate_source": "1:1"}


def everything():
    return totals(Commitment.objects.all())


def amount(commitment, usd, stage=Stage.PLEDGED, **facts):
    facts = {**(CONVERTED if usd is not None else {}), **facts}
    return AmountFactory(commitment=commitment, stage=stage, usd=usd, **facts)


def test_what_is_paid_is_not_part_of_what_is_promised():
    commitment = published()
    amount(commitment, Decimal("10.50"))
    amount(commitment, Decimal("0.25"))
    amount(commitment, Decimal("4.00"), Stage.FIRM)
    amount(commitment, Decimal("7.00"), Stage.PAID)

    assert (everything().own.promised, everything().own.paid) == (Decimal("14.75"), Decimal("7.00"))
    assert everything().own.by_stage == {
        Stage.PLEDGED: StageTotal(Decimal("10.75"), 2),
        Stage.FIRM: StageTotal(Decimal("4.00"), 1),
        Stage.PAID: StageTotal(Decimal("7.00"), 1),
    }


def test_amounts_without_a_rate_are_listed_in_their_currency():
    commitment = published(amount_not_disclosed=True)
    amount(commitment, None, original=Decimal(5400000000), currency="ETB")
    amount(commitment, None, original=Decimal("0.125"), currency="ETB")
    amount(commitment, None, Stage.PAID, original=Decimal(7), currency="BTN")

    found = everything()

    assert found.not_converted == {
        "BTN": {Stage.PAID: CurrencyTotal(Decimal("7.000"), 1)},
        "ETB": {Stage.PLEDGED: CurrencyTotal(Decimal("5400000000.125"), 2)},
    }
    assert found.amounts_not_converted == 3
    assert found.not_disclosed == 1
    assert found.own.by_stage == {stage: StageTotal() for stage in Stage}


def test_reasons_are_counted_and_their_amounts_left_out():
    commitment = published()
    for reason in STORED_REASONS:
        amount(commitment, Decimal(1), not_counted=reason)
    amount(commitment, None, not_counted=NotCounted.CONDITIONAL, currency="ETB")
    amount(commitment, Decimal(5), contributor_name="A bank", contributor_answer="")

    found = everything()

    assert found.not_counted == {
        NotCounted.ANNOUNCED_BEFORE: 1,
        NotCounted.CONDITIONAL: 2,
        NotCounted.DUPLICATE: 1,
        NotCounted.JOINT: 1,
    }
    assert found.own.by_stage == {stage: StageTotal() for stage in Stage}
    assert found.not_converted == {}


@pytest.mark.parametrize("status", CommitmentStatus)
def test_only_commitments_in_force_count(status):
    amount(CommitmentFactory(status=status), Decimal(5))

    is_counted = status in (CommitmentStatus.PUBLISHED, CommitmentStatus.ENDED)
    assert everything().own.by_stage[Stage.PLEDGED].usd == (5 if is_counted else 0)


def test_rows_that_a_filter_finds_twice_count_once():
    commitment = published(amount_not_disclosed=True)
    PlaceFactory(commitment=commitment, country="MW")
    PlaceFactory(commitment=commitment, country="ZM")
    amount(commitment, Decimal(5))

    found = totals(Commitment.objects.filter(places__country__in=["MW", "ZM"]))

    assert found.own.by_stage[Stage.PLEDGED] == StageTotal(Decimal("5.00"), 1)
    assert found.not_disclosed == 1


def test_number_of_queries_does_not_depend_on_the_number_of_rows():
    def queries():
        with CaptureQueriesContext(
            connection,
        ) as made:
            everything()
        return len(made)

    amount(published(), Decimal(5))
    assert queries() == 2
    for _number in range(3):
        amount(published(), Decimal(5), not_counted=NotCounted.JOINT, counted_in=published())
    assert queries() == 2


AFRICA = {"region": "AFR"}


def answer(filters, member=None):
    return totals(matching(filters), places=place_condition(filters), member=member)


def for_places(*places, usd, **facts):
    commitment = published()
    for place in places:
        PlaceFactory(commitment=commitment, **{"country": "", **place})
    amount(commitment, Decimal(usd), **facts)
    return commitment


# What is only for Africa, and what is shared with other places.
@pytest.mark.parametrize(
    ("places", "own", "shared"),
    [
        ([{"country": "MW"}, {"region": "AFR"}], "10.01", "0"),
        ([{"country": "MW"}, {"country": "FJ"}], "0", "10.01"),
        ([{"country": "MW"}, {}], "0", "10.01"),
        # Shares are known, and the rest of the money is for Malawi or Fiji.
        ([{"country": "MW", "share": 60}, {"country": "FJ", "share": 40}], "6.01", "0"),
        ([{"country": "MW", "share": 60}, {"country": "FJ"}], "6.01", "4.00"),
        ([{"country": "MW", "share": 60}, {"country": "ZM"}], "10.01", "0"),
        # Nobody says for where the other 40 per cent are.
        ([{"country": "MW", "share": 60}], "6.01", "4.00"),
        ([{"country": "MW", "share": 80}, {"country": "FJ", "share": 30}], "0", "10.01"),
    ],
)
def test_question_about_places_has_what_is_only_for_them_and_what_is_shared(places, own, shared):
    for_places(*places, usd="10.01")
    for_places({"country": "FJ"}, usd="5.00")

    found = answer(AFRICA)

    assert (found.own.promised, found.shared.promised) == (Decimal(own), Decimal(shared))
    assert not found.of_others


def test_sum_of_a_contributor_is_divided_and_not_each_amount():
    places = ({"country": "MW", "share": 50}, {"country": "FJ", "share": 50})
    commitment = for_places(*places, usd="0.01")
    amount(commitment, Decimal("0.01"))
    amount(commitment, Decimal("0.01"), contributor_name="A bank", contributor_answer="confirmed")

    found = answer(AFRICA)

    # The first place has the odd cent of the bank.
    assert found.own.promised == Decimal("0.02")


def test_member_has_its_own_money_and_the_rest_of_the_same_commitments():
    member, other = listed_member(slug="one"), listed_member()
    led = published(lead=member)
    amount(led, Decimal(1))
    amount(led, Decimal(2), contributor=other, contributor_answer="confirmed")
    amount(led, Decimal(3), not_counted=NotCounted.CONDITIONAL)
    joined = published(lead=other)
    amount(joined, Decimal(5), contributor=member, contributor_answer="confirmed")
    amount(joined, Decimal(7), not_counted=NotCounted.CONDITIONAL)
    amount(joined, None, original=Decimal(9), currency="ETB")
    amount(published(lead=other), Decimal(100))

    found = answer({"member": "one"}, member=member)

    assert (found.own.promised, found.of_others.promised) == (Decimal(6), Decimal(2))
    # Of its own amounts alone.
    assert found.not_counted == {NotCounted.CONDITIONAL: 1}
    assert found.not_converted == {}
