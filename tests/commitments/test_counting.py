"""An amount counts by what is in its own row, its commitment and the answer of its contributor."""

import pytest

from commitments.models import (
    STORED_REASONS,
    Commitment,
    CommitmentStatus,
    ContributorAnswer,
    CountingBy,
    NotCounted,
)
from commitments.services.counting import counted_amounts
from tests.commitments.register import published
from tests.factories import AmountFactory, CommitmentFactory, MemberFactory


def is_counted(amount):
    return amount in counted_amounts(Commitment.objects.all())


@pytest.mark.parametrize("status", CommitmentStatus)
def test_amounts_of_commitments_in_force_count(status):
    facts = {"published_at": None} if status == CommitmentStatus.WITHDRAWN else {}
    amount = AmountFactory(commitment=CommitmentFactory(status=status, **facts))

    is_in_force = status in (CommitmentStatus.PUBLISHED, CommitmentStatus.ENDED)
    assert is_counted(amount) is is_in_force


@pytest.mark.parametrize(
    ("facts", "counts"),
    [
        ({}, True),
        ({"counting_by": CountingBy.STAFF}, True),
        *(({"not_counted": each}, False) for each in STORED_REASONS),
        ({"contributor_name": "Fund", "contributor_answer": ""}, False),
        ({"contributor_name": "Fund", "contributor_answer": ContributorAnswer.CONFIRMED}, True),
        ({"contributor_name": "Fund", "contributor_answer": ContributorAnswer.NOT_ASKED}, True),
    ],
)
def test_amount_counts_without_a_reason_not_to(facts, counts):
    amount = AmountFactory(commitment=published(), **facts)

    assert is_counted(amount) is counts


@pytest.mark.parametrize(
    "facts", [{"is_current": False}, {"contributor_answer": ContributorAnswer.DECLINED}]
)
def test_amount_that_is_not_shown_does_not_count(facts):
    amount = AmountFactory(commitment=published(), contributor=MemberFactory(), **facts)

    assert not is_counted(amount)


def test_amount_that_counts_elsewhere_stays_out_when_the_other_commitment_is_withdrawn(
    django_assert_num_queries,
):
    joint = AmountFactory(commitment=published())
    elsewhere = {"not_counted": NotCounted.DUPLICATE, "counted_in": joint.commitment}
    AmountFactory(commitment=published(), **elsewhere)
    joint.commitment.status, joint.commitment.reason = CommitmentStatus.WITHDRAWN, "No money."
    joint.commitment.save()

    with django_assert_num_queries(1):
        counted = list(counted_amounts(Commitment.objects.all()))

    assert counted == []
