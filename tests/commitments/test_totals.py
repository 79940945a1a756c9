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
from commitments.services.totals import CurrencyTotal, StageTotal, totals
from tests.commitments.register import published
from tests.factories import AmountFactory, CommitmentFactory, PlaceFactory

CONVERTED = {"rate": 1, "rate_month": "2026-11-01", "rate_source": "1:1"}


def everything():
    return totals(Commitment.objects.all())


def amount(commitment, usd, stage=Stage.PLEDGED, **facts):
    facts = {**(CONVERTED if usd is not None else {}), **facts}
    return AmountFactory(commitment=commitment, stage=stage, usd=usd, **facts)


def test_totals_are_by_stage_and_never_added_up():
    commitment = published()
    amount(commitment, Decimal("10.50"))
    amount(commitment, Decimal("0.25"))
    amount(commitment, Decimal("7.00"), Stage.PAID)

    assert everything().by_stage == {
        Stage.PLEDGED: StageTotal(Decimal("10.75"), 2),
        Stage.FIRM: StageTotal(Decimal("0.00"), 0),
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
    assert found.by_stage == {stage: StageTotal() for stage in Stage}


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
        NotCounted.NOT_CONFIRMED: 1,
    }
    assert found.by_stage == {stage: StageTotal() for stage in Stage}
    assert found.not_converted == {}


@pytest.mark.parametrize("status", CommitmentStatus)
def test_only_commitments_in_force_count(status):
    amount(CommitmentFactory(status=status), Decimal(5))

    is_counted = status in (CommitmentStatus.PUBLISHED, CommitmentStatus.ENDED)
    assert everything().by_stage[Stage.PLEDGED].usd == (5 if is_counted else 0)


def test_rows_that_a_filter_finds_twice_count_once():
    commitment = published(amount_not_disclosed=True)
    PlaceFactory(commitment=commitment, country="MW")
    PlaceFactory(commitment=commitment, country="ZM")
    amount(commitment, Decimal(5))

    found = totals(Commitment.objects.filter(places__country__in=["MW", "ZM"]))

    assert found.by_stage[Stage.PLEDGED] == StageTotal(Decimal("5.00"), 1)
    assert found.not_disclosed == 1


def test_number_of_queries_does_not_depend_on_the_number_of_rows():
    def queries():
        with CaptureQueriesContext(
            connection,
        ) as made:
            everything()
        return len(made)

    amount(published(), Decimal(5))
    assert queries() == 3
    for _number in range(3):
        amount(published(), Decimal(5), not_counted=NotCounted.JOINT, counted_in=published())
    assert queries() == 5
