"""Staff say which amounts count."""

import pytest

from commitments.models import EventKind, NotCounted
from commitments.services.counting_decisions import Counting, change_counting
from commitments.services.events import CommitmentConflict, WrongStatus
from commitments.services.exceptions import CountedInCircle, NotCountable
from core.conflicts import NothingChanged
from tests.commitments.desk import S, facts_of, mail, sent, told
from tests.factories import NOON, AmountFactory, CommitmentFactory, UserFactory

pytestmark = pytest.mark.django_db
JOINT = NotCounted.JOINT


def counted(commitment):
    rows = commitment.amounts.order_by("pk").values_list("not_counted", "counted_in")
    return list(rows)


def test_amount_is_left_out_with_a_note_that_only_staff_read():
    commitment = sent(S.PUBLISHED)
    one, other = AmountFactory(commitment=commitment), AmountFactory(commitment=commitment)
    joint = CommitmentFactory(status=S.ENDED)
    choices = {one.pk: Counting(JOINT, joint), other.pk: Counting()}

    event = change_counting(
        commitment, choices=choices, note="See the letter.", by=UserFactory(), at=NOON, version=1
    )

    commitment.refresh_from_db()
    assert counted(commitment) == [(JOINT, joint.pk), ("", None)]
    assert (event.kind, event.note, event.is_shared) == (
        EventKind.COUNTING_CHANGED,
        "See the letter.",
        False,
    )
    assert commitment.version == 2
    assert mail() == []


def test_amount_counts_again():
    commitment = sent(S.PUBLISHED)
    amount = AmountFactory(commitment=commitment, not_counted=NotCounted.CONDITIONAL)

    change_counting(
        commitment, choices={amount.pk: Counting()}, note="Met.", by=UserFactory(), at=NOON
    )

    assert counted(commitment) == [("", None)]


def refused(refusal, commitment, amount, counting, **more):
    before = facts_of(commitment), counted(commitment)
    more = {"note": "Why.", "by": UserFactory(), "at": NOON, **more}

    with pytest.raises(refusal):
        change_counting(commitment, choices={amount.pk: counting}, **more)

    assert (facts_of(commitment), counted(commitment)) == before


def test_counting_is_refused_where_nothing_would_change():
    commitment = sent(S.PUBLISHED)

    refused(NothingChanged, commitment, AmountFactory(commitment=commitment), Counting())


def test_counting_leaves_amounts_of_other_commitments_alone():
    commitment = sent(S.PUBLISHED)

    refused(NothingChanged, commitment, AmountFactory(), Counting(NotCounted.CONDITIONAL))


@pytest.mark.parametrize("status", [S.SUBMITTED, S.APPROVED, S.DECLINED, S.WITHDRAWN])
def test_counting_is_refused_before_publication_and_after_the_end(status):
    commitment = sent(status)
    amount = AmountFactory(commitment=commitment)

    refused(WrongStatus, commitment, amount, Counting(NotCounted.CONDITIONAL))


def test_counting_is_refused_on_an_outdated_page():
    commitment = sent(S.PUBLISHED, version=2)
    amount = AmountFactory(commitment=commitment)

    refused(CommitmentConflict, commitment, amount, Counting(JOINT), version=1)


def test_money_counts_only_in_another_commitment_in_force_and_with_a_fitting_reason():
    commitment = sent(S.PUBLISHED)
    amount = AmountFactory(commitment=commitment)
    public = CommitmentFactory(status=S.PUBLISHED)

    refused(NotCountable, commitment, amount, Counting(JOINT, commitment))
    refused(NotCountable, commitment, amount, Counting(JOINT, CommitmentFactory()))
    refused(NotCountable, commitment, amount, Counting(NotCounted.CONDITIONAL, public))


def test_money_does_not_count_in_a_circle():
    first, second, third = (sent(S.PUBLISHED) for _n in range(3))
    AmountFactory(commitment=second, not_counted=JOINT, counted_in=third)
    AmountFactory(commitment=third, not_counted=JOINT, counted_in=first)
    amount = AmountFactory(commitment=first)

    refused(CountedInCircle, first, amount, Counting(JOINT, third))
    refused(CountedInCircle, first, amount, Counting(JOINT, second))
    assert told(first) == []
