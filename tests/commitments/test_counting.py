from decimal import Decimal

import pytest

from commitments.models import CommitmentStatus, CountingBy, NotCounted, Stage
from commitments.services.counting import possible_double_counts, released_amounts
from tests.commitments.register import published
from tests.factories import AmountFactory, MemberFactory, PlaceFactory


@pytest.fixture
def bank():
    return MemberFactory(organisation_name="Bank")


def part(contributor, **facts):
    """Return an amount of a contributor in a joint commitment."""
    return AmountFactory(commitment=published(), contributor=contributor, **facts)


def copy(contributor, of, **facts):
    """Return the same money in a commitment of the contributor, marked as counted elsewhere."""
    return AmountFactory(
        commitment=published(lead=contributor),
        not_counted=NotCounted.DUPLICATE,
        counted_in=of.commitment,
        **facts,
    )


def change(commitment, status, successor=None):
    commitment.status, commitment.superseded_by, commitment.reason = status, successor, "Changed."
    commitment.save()


def withdraw(commitment):
    change(commitment, CommitmentStatus.WITHDRAWN)


def supersede(commitment, by):
    change(commitment, CommitmentStatus.SUPERSEDED, by)


@pytest.mark.parametrize(
    ("status", "is_released"),
    [
        (CommitmentStatus.PUBLISHED, False),
        (CommitmentStatus.ENDED, False),
        (CommitmentStatus.WITHDRAWN, True),
        (CommitmentStatus.DECLINED, True),
    ],
)
def test_money_counts_again_when_the_other_commitment_is_without_it(bank, status, is_released):
    joint = part(bank)
    own = copy(bank, joint)
    if status == CommitmentStatus.DECLINED:
        joint.commitment.published_at = None
    change(joint.commitment, status)

    assert released_amounts() == ({own.pk} if is_released else set())


def test_money_counts_in_the_last_successor(bank):
    first, second, third = (part(bank) for _number in range(3))
    own = copy(bank, first)
    supersede(first.commitment, second.commitment)
    supersede(second.commitment, third.commitment)
    assert released_amounts() == set()

    withdraw(third.commitment)

    assert released_amounts() == {own.pk}


def test_money_counts_in_a_commitment_that_supersedes_the_other(bank):
    joint = part(bank)
    own = copy(bank, joint)
    supersede(joint.commitment, own.commitment)

    assert released_amounts() == {own.pk}


def test_money_counts_again_when_a_new_version_leaves_it_out(bank):
    joint = part(bank)
    AmountFactory(commitment=joint.commitment)
    own = copy(bank, joint)
    joint.is_current = False
    joint.save()

    assert released_amounts() == {own.pk}


@pytest.mark.parametrize(
    ("stage", "is_released"), [(Stage.PLEDGED, True), (Stage.FIRM, False), (Stage.PAID, False)]
)
def test_later_stage_has_the_money_of_an_earlier_one(bank, stage, is_released):
    own = copy(bank, part(bank, stage=stage), stage=Stage.FIRM)

    assert released_amounts() == ({own.pk} if is_released else set())


def test_commitment_without_contributors_has_the_money_of_all(bank):
    whole = AmountFactory(commitment=published())
    copy(bank, whole)

    assert released_amounts() == set()


def test_named_contributor_is_recognised():
    joint = part(None, contributor_name="Fundação Vento")
    AmountFactory(commitment=joint.commitment, contributor_name="Another")
    own = copy(MemberFactory(), joint, contributor_name="FUNDACAO VENTO")
    joint.is_current = False
    joint.save()

    assert released_amounts() == {own.pk}


def test_money_that_was_entered_three_times_counts_again_once(bank):
    joint = part(bank)
    copies = [copy(bank, joint) for _number in range(2)]
    withdraw(joint.commitment)

    assert released_amounts() == {copies[0].pk}


def test_money_of_each_contributor_counts_again(bank):
    joint = part(bank)
    other = AmountFactory(commitment=joint.commitment, contributor=MemberFactory()).contributor
    copies = {copy(bank, joint).pk, copy(other, joint).pk}
    withdraw(joint.commitment)

    assert released_amounts() == copies


def test_all_money_of_a_commitment_counts_again(bank):
    joint = part(bank)
    grant = copy(bank, joint)
    loan = AmountFactory(
        commitment=grant.commitment,
        not_counted=NotCounted.DUPLICATE,
        counted_in=joint.commitment,
    )
    withdraw(joint.commitment)

    assert released_amounts() == {grant.pk, loan.pk}


@pytest.mark.parametrize("is_withdrawn", [True, False])
def test_money_that_moved_on_is_followed(bank, is_withdrawn):
    joint = part(bank)
    first = copy(bank, joint)
    second = copy(bank, first)
    if is_withdrawn:
        withdraw(first.commitment)
    else:
        first.is_current = False
        first.save()
    assert released_amounts() == set()

    withdraw(joint.commitment)

    assert released_amounts() == {second.pk}


def test_money_that_moved_on_and_was_copied_counts_again_once(bank):
    joint = part(bank)
    first = copy(bank, joint)
    second, third = copy(bank, first), copy(bank, joint)
    withdraw(first.commitment)
    withdraw(joint.commitment)

    assert released_amounts() == {second.pk}
    assert third.pk > second.pk


def test_one_amount_of_a_circle_counts(bank):
    joint = part(bank)
    first = copy(bank, joint)
    second = copy(bank, first)
    successor = copy(bank, second)
    supersede(joint.commitment, successor.commitment)

    assert released_amounts() == {first.pk}


# Possible double counts


def alike(*, country="ZM", region="", **facts):
    """Return two amounts that may be the same money, with facts and the place of the second one."""
    lead = MemberFactory()
    money = {"original": Decimal(22_500_000), "currency": "USD"}
    first = AmountFactory(commitment=published(lead=lead), stage=Stage.FIRM, **money)
    second = AmountFactory(commitment=published(lead=lead), **{**money, **facts})
    PlaceFactory(commitment=first.commitment, country="ZM")
    PlaceFactory(commitment=second.commitment, country=country, region=region)
    return first, second


def pairs():
    return [(pair.first, pair.second) for pair in possible_double_counts()]


def test_same_money_of_the_same_lead_is_shown_to_staff():
    first, second = alike()
    AmountFactory(commitment=published())

    assert pairs() == [(first, second)]


def test_same_money_of_a_contributor_is_shown_to_staff(bank):
    first = part(bank)
    second = AmountFactory(commitment=published(lead=bank), original=first.original)

    assert pairs() == [(first, second)]


@pytest.mark.parametrize(
    "facts",
    [
        {"original": Decimal(22_500_001)},
        {"currency": "ZMW"},
        {"is_current": False},
        {"not_counted": NotCounted.DUPLICATE},
        {"country": "MW"},
    ],
)
def test_other_money_is_not_shown_to_staff(facts):
    first, _second = alike(**facts)
    # Money in the same commitment.
    AmountFactory(commitment=first.commitment, original=first.original)

    assert pairs() == []


def test_money_for_the_region_of_a_country_is_shown_to_staff():
    assert alike(country="", region="AFR") == pairs()[0]


def test_money_that_staff_want_to_count_twice_is_not_shown_again():
    first, second = alike()
    for amount in (first, second):
        assert len(pairs()) == 1
        amount.counting_by = CountingBy.STAFF
        amount.save()

    assert pairs() == []
