"""Staff see the pairs that may be the same money, and amounts that count nowhere any more."""

from dataclasses import replace
from decimal import Decimal
from importlib import import_module

import pytest
from django.apps import apps

from commitments.models import (
    Amount,
    Commitment,
    CommitmentStatus,
    CountingBy,
    EventKind,
    NotCounted,
    Stage,
)
from commitments.services.content import content_of, write_content
from commitments.services.double_counting import lost_amounts, possible_double_counts
from commitments.services.expected_counting import forecast
from commitments.services.money import WrongCounting, set_counting, settle_pair
from core.conflicts import Conflict, NothingChanged
from tests.commitments.register import published
from tests.factories import NOON, AmountFactory, MemberFactory, PlaceFactory, UserFactory

MONEY = {"original": Decimal(22_500_000), "currency": "USD"}


@pytest.fixture
def bank():
    return MemberFactory(organisation_name="Bank of Tests", acronym="BOT")


def pairs():
    return [(each.first, each.second) for each in possible_double_counts(Commitment.objects.all())]


def lost():
    return [(each.amount, each.why) for each in lost_amounts(Commitment.objects.all())]


def settle(first, second, *, first_counts=True, second_counts=True, versions=None):
    for amount in (first, second):
        amount.commitment.refresh_from_db()
    settle_pair(
        first,
        second,
        versions=versions or (first.commitment.version, second.commitment.version),
        counts_first=first_counts,
        counts_second=second_counts,
        by=UserFactory(),
        at=NOON,
    )


def write(commitment, **changes):
    """Write the first amount of a commitment again, as a new version states it."""
    content = content_of(commitment)
    first, *others = content.amounts
    write_content(
        commitment, replace(content, amounts=(replace(first, **changes), *others)), at=NOON
    )


# Pairs


def alike(*, country="ZM", region="", **facts):
    """Return two amounts that may be the same money, with facts and the place of the second one."""
    lead = MemberFactory()
    first = AmountFactory(commitment=published(lead=lead), stage=Stage.FIRM, **MONEY)
    second = AmountFactory(commitment=published(lead=lead), **{**MONEY, **facts})
    PlaceFactory(commitment=first.commitment, country="ZM")
    PlaceFactory(commitment=second.commitment, country=country, region=region)
    return first, second


def test_same_money_of_the_same_lead_is_shown_to_staff():
    first, second = alike()
    AmountFactory(commitment=published())

    assert pairs() == [(first, second)]


@pytest.mark.parametrize("facts", [{}, {"contributor_name": "bot"}])
def test_partner_that_repeats_its_part_of_a_joint_commitment_is_shown_to_staff(bank, facts):
    part = AmountFactory(commitment=published(), **(facts or {"contributor": bank}))
    own = AmountFactory(commitment=published(lead=bank), original=part.original)

    assert pairs() == [(part, own)]


def test_same_sum_at_two_stages_of_one_commitment_is_shown_to_staff():
    commitment = published()
    pledged, firm = (
        AmountFactory(commitment=commitment, stage=stage, **MONEY)
        for stage in (Stage.PLEDGED, Stage.FIRM)
    )
    # It was paid, and another part of the same value is pledged.
    AmountFactory(commitment=commitment, stage=Stage.PAID, **MONEY)

    assert pairs() == [(pledged, firm)]


@pytest.mark.parametrize(
    "facts",
    [
        {"original": Decimal(22_500_001)},
        {"currency": "ZMW"},
        {"is_current": False},
        {"not_counted": NotCounted.DUPLICATE},
        {"stage": Stage.PAID},
        {"country": "MW"},
    ],
)
def test_other_money_is_not_shown_to_staff(facts):
    first, _second = alike(**facts)
    # Two grants of one value.
    AmountFactory(commitment=first.commitment, stage=Stage.FIRM, **MONEY)

    assert all(each.commitment == first.commitment for pair in pairs() for each in pair)
    assert pairs() == []


def test_money_for_the_region_of_a_country_is_shown_to_staff():
    assert alike(country="", region="AFR") == pairs()[0]


def test_staff_who_count_both_are_not_asked_again_about_these_two():
    first, second = alike()
    third = AmountFactory(commitment=published(lead=first.commitment.lead), **MONEY)

    settle(first, second)

    assert pairs() == [(first, third), (second, third)]
    assert [counted.counting_by for counted in (first, second)] == ["", ""]
    events = [each.commitment.events.get() for each in (first, second)]
    assert {event.kind for event in events} == {EventKind.COUNTING_CHANGED}
    assert events[0].note == (
        f"USD\xa022,500,000 is not the same money as that of {second.commitment.reference}. "
        "Both count."
    )


def test_staff_are_asked_again_when_the_money_of_one_changes():
    first, second = alike()
    settle(first, second)
    write(second.commitment, label="Fibre")
    assert pairs() == []

    for amount in (first, second):
        write(amount.commitment, original=Decimal(30_000_000))

    assert pairs() == [(first, second)]


@pytest.mark.parametrize("first_counts", [True, False])
def test_staff_say_which_of_two_amounts_counts(first_counts):
    first, second = alike()

    settle(first, second, first_counts=first_counts, second_counts=not first_counts)

    counted, other = (first, second) if first_counts else (second, first)
    other.refresh_from_db()
    assert (other.not_counted, other.counted_in) == (NotCounted.DUPLICATE, counted.commitment)
    assert other.counting_by == CountingBy.STAFF
    assert (pairs(), lost()) == ([], [])


@pytest.mark.parametrize("first_counts", [True, False])
def test_staff_settle_two_stages_of_one_commitment(first_counts):
    commitment = published()
    first, second = (
        AmountFactory(commitment=commitment, stage=stage, **MONEY)
        for stage in (Stage.PLEDGED, Stage.FIRM)
    )

    settle(first, second, first_counts=first_counts, second_counts=not first_counts)

    assert [each.counted_in for each in Amount.objects.order_by("pk")] == (
        [None, commitment] if first_counts else [commitment, None]
    )
    assert (pairs(), lost()) == ([], [])
    with pytest.raises(WrongCounting, match="no other amount"):
        set_counting(
            first if first_counts else second,
            not_counted=NotCounted.DUPLICATE,
            counted_in=commitment,
            by=UserFactory(),
            at=NOON,
        )


def test_pair_that_a_colleague_settled_first_is_refused():
    first, second = alike()
    settle(first, second)

    with pytest.raises(NothingChanged):
        settle(first, second)
    first.differs_from.clear()
    with pytest.raises(Conflict):
        settle(first, second, versions=(1, 1))

    assert Commitment.objects.filter(version=2).count() == 2


def test_publication_says_which_amounts_may_count_twice_and_goes_on(bank):
    joint = published(reference="C-JOINT1", lead=MemberFactory(organisation_name="Fund"))
    AmountFactory(commitment=joint, contributor=bank, **MONEY)
    own = published(lead=bank, status=CommitmentStatus.SUBMITTED, published_at=None)
    for stage in (Stage.PLEDGED, Stage.FIRM):
        AmountFactory(commitment=own, stage=stage, **MONEY)

    found = forecast(own, content_of(own))

    assert [sentence.replace("\xa0", " ") for sentence in found.twice] == [
        (
            "USD 22,500,000 · Pledged may be the same money as USD 22,500,000 · Pledged of Fund in "
            "C-JOINT1."
        ),
        (
            "USD 22,500,000 · Firm may be the same money as USD 22,500,000 · Pledged of Fund in "
            "C-JOINT1."
        ),
        (
            "USD 22,500,000 · Firm may be the same money as USD 22,500,000 · Pledged of Bank of "
            f"Tests in {own.reference}."
        ),
    ]


# Amounts that count nowhere


@pytest.fixture
def joint(bank):
    """A partner's part of a joint commitment."""
    return AmountFactory(commitment=published(reference="C-JOINT1"), contributor=bank, **MONEY)


def copy(of, by=CountingBy.STAFF, **facts):
    """Return the same money in a commitment of the contributor, which counts in the joint one."""
    return AmountFactory(
        commitment=published(lead=of.contributor),
        **{**MONEY, "not_counted": NotCounted.DUPLICATE, "counted_in": of.commitment, **facts},
        counting_by=by,
    )


def change(commitment, status, successor=None):
    commitment.status, commitment.superseded_by, commitment.reason = status, successor, "Changed."
    commitment.save()


@pytest.mark.parametrize("stage", [Stage.PLEDGED, Stage.FIRM])
@pytest.mark.parametrize("status", [CommitmentStatus.PUBLISHED, CommitmentStatus.ENDED])
def test_money_is_not_lost_while_the_other_commitment_has_it(joint, status, stage):
    copy(joint, stage=stage)
    copy(joint, stage=Stage.PAID)
    change(joint.commitment, status)

    assert (pairs(), lost()) == ([], [])


def test_money_is_lost_when_the_other_commitment_is_withdrawn(joint):
    own = copy(joint)
    change(joint.commitment, CommitmentStatus.WITHDRAWN)

    assert lost() == [(own, "It counts in C-JOINT1, which was withdrawn.")]


def test_money_is_lost_when_the_other_commitment_is_replaced_and_can_count_in_the_new_one(joint):
    own = copy(joint)
    new = published(reference="C-NEWER2")
    AmountFactory(commitment=new, contributor=joint.contributor)
    change(joint.commitment, CommitmentStatus.SUPERSEDED, new)

    [found] = lost_amounts(Commitment.objects.all())

    assert found.why == "It counts in C-JOINT1, which was replaced by C-NEWER2."
    assert (found.amount, found.successor) == (own, new)


@pytest.mark.parametrize("is_own", [True, False])
def test_successor_without_the_money_is_not_offered(joint, bank, is_own):
    own = copy(joint)
    new = own.commitment if is_own else published()
    if not is_own:
        AmountFactory(commitment=new, contributor=bank, is_current=False)
    change(joint.commitment, CommitmentStatus.SUPERSEDED, new)

    assert [each.successor for each in lost_amounts(Commitment.objects.all())] == [None]


@pytest.mark.parametrize(
    "facts", [{"is_current": False}, {"stage": Stage.PAID}, {"contributor_answer": "declined"}]
)
def test_money_is_lost_when_a_new_version_leaves_it_out(joint, facts):
    own = copy(joint)
    AmountFactory(commitment=joint.commitment)
    Amount.objects.filter(pk=joint.pk).update(**facts)

    assert lost() == [(own, "It counts in C-JOINT1, which no longer has this money.")]


def test_commitment_without_contributors_has_the_money_of_all(bank):
    whole = AmountFactory(commitment=published(), **MONEY)
    AmountFactory(
        commitment=published(lead=bank),
        not_counted=NotCounted.JOINT,
        counted_in=whole.commitment,
        **MONEY,
    )

    assert lost() == []


@pytest.mark.parametrize("by", ["", CountingBy.PORTAL, CountingBy.STAFF])
def test_staff_are_asked_about_another_sum_unless_they_decided_about_it(joint, by):
    own = copy(joint, by=by, original=Decimal(7))

    asked = [(own, "It counts in C-JOINT1, which has another sum.")]
    assert lost() == ([] if by == CountingBy.STAFF else asked)


def test_staff_are_asked_again_when_money_that_counts_elsewhere_changes(joint):
    own = copy(joint)
    write(own.commitment, label="Fibre")
    assert lost() == []

    write(own.commitment, original=Decimal(500_000_000))

    assert lost() == [(own, "It counts in C-JOINT1, which has another sum.")]
    own.refresh_from_db()
    assert (own.not_counted, own.counted_in) == (NotCounted.DUPLICATE, joint.commitment)


def test_what_the_portal_wrote_before_stays_and_appears_in_nothing_new(joint):
    own = copy(joint, by=CountingBy.PORTAL)

    write(own.commitment, label="Fibre")

    own.refresh_from_db()
    assert (own.not_counted, own.counted_in) == (NotCounted.DUPLICATE, joint.commitment)
    assert (pairs(), lost()) == ([], [])
    assert content_of(own.commitment).amounts[0].not_counted == ""


@pytest.mark.parametrize("number", [3, 9])
def test_queue_takes_as_many_queries_for_more_rows(number, bank, django_assert_num_queries):
    for _n in range(number):
        alike()
        part = AmountFactory(commitment=published(), contributor=bank, original=Decimal(3))
        change(part.commitment, CommitmentStatus.SUPERSEDED, published())
        copy(part)

    with django_assert_num_queries(4):
        assert len(pairs()) >= number
    with django_assert_num_queries(2):
        assert len(lost()) == number


def test_migration_keeps_what_staff_decided_about_pairs():
    pair = alike()
    other = AmountFactory(commitment=published(lead=pair[0].commitment.lead), **MONEY)
    Amount.objects.filter(pk__in=[each.pk for each in pair]).update(counting_by=CountingBy.STAFF)

    import_module("commitments.migrations.0013_amounts_that_differ").record_differences(apps, None)

    assert pairs() == [(pair[0], other), (pair[1], other)]
