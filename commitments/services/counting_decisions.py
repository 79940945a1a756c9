"""Says which amounts of a commitment count in totals, and why the others do not."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import transaction

from accounts.models import User
from commitments.models import (
    IN_FORCE,
    Amount,
    Commitment,
    CommitmentEvent,
    EventKind,
    NotCounted,
)
from commitments.services.events import lock_commitment, save_with_event
from commitments.services.exceptions import CountedInCircle, NotCountable
from core.conflicts import NothingChanged, lock_rows

# With these reasons, the money may count in another commitment.
COUNTED_ELSEWHERE: Final = (NotCounted.JOINT, NotCounted.DUPLICATE)


@dataclass(frozen=True)
class Counting:
    """Whether an amount counts: without a reason it does. `counted_in` is where it counts."""

    not_counted: str = ""
    counted_in: Commitment | None = None


@transaction.atomic
def change_counting(
    commitment: Commitment,
    *,
    choices: Mapping[int, Counting],
    note: str,
    by: User,
    at: datetime,
    version: int | None = None,
) -> CommitmentEvent:
    """Set which current amounts of a published commitment count, by the key of the amount.

    Raises WrongStatus, CommitmentConflict, NotCountable, CountedInCircle and NothingChanged.
    """
    others = {each.counted_in.pk for each in choices.values() if each.counted_in}
    # In the order of their keys, so that two officers do not wait for each other.
    lock_rows(Commitment.objects.filter(pk__in={commitment.pk, *others}))
    lock_commitment(commitment, *IN_FORCE, version=version)
    in_force = Commitment.objects.in_force().in_bulk(others)
    changed = []
    for amount in commitment.amounts.filter(is_current=True).order_by("pk"):
        wanted = choices.get(amount.pk)
        if wanted is None:
            continue
        _check(commitment, wanted, in_force)
        counted_in = wanted.counted_in.pk if wanted.counted_in else None
        if (amount.not_counted, amount.counted_in_id) != (wanted.not_counted, counted_in):
            amount.not_counted, amount.counted_in = wanted.not_counted, wanted.counted_in
            changed.append(amount)
    if not changed:
        raise NothingChanged
    for amount in changed:
        amount.save(update_fields=["not_counted", "counted_in"])
    return save_with_event(commitment, EventKind.COUNTING_CHANGED, by=by, at=at, note=note)


def _check(commitment: Commitment, wanted: Counting, in_force: Mapping[int, Commitment]) -> None:
    """Check where an amount is to count. Raises NotCountable and CountedInCircle."""
    other = wanted.counted_in
    if other is None:
        return
    if wanted.not_counted not in COUNTED_ELSEWHERE or other.pk == commitment.pk:
        raise NotCountable
    if other.pk not in in_force:
        raise NotCountable
    if commitment.pk in _counted_in(other):
        raise CountedInCircle(other.reference)


def _counted_in(commitment: Commitment) -> set[int]:
    """Return the commitments in which money of a commitment counts, also through others."""
    found: set[int] = set()
    new = {commitment.pk}
    while new:
        links = Amount.objects.filter(
            commitment__in=new, counted_in__isnull=False, is_current=True
        ).values_list("counted_in", flat=True)
        new = set(links) - found
        found |= new
    return found
