"""Finds money that may count twice, or nowhere, for staff to decide. It writes nothing.

A pair are two amounts that count and may be the same money. Staff who say that they are not are not
asked again, unless the money of one changes (content.py). A lost amount counts in another
commitment, which no longer has its money.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations

from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from commitments.models import (
    COUNTED_ELSEWHERE,
    IS_CONFIRMED,
    STATUSES_IN_FORCE,
    Amount,
    Commitment,
    CommitmentQuerySet,
    CommitmentStatus,
    CountingBy,
    Place,
)
from commitments.services.content import PlaceContent
from commitments.services.counting import (
    amounts_with,
    can_count_in,
    counted_amounts,
    current_amounts,
    givers_of,
    is_promised,
    places_overlap,
    with_givers,
)


@dataclass(frozen=True)
class Pair:
    """Two amounts that both count and may be the same money, the one published first as first."""

    first: Amount
    second: Amount


@dataclass(frozen=True)
class LostAmount:
    """An amount that counts in a commitment which no longer has its money, and why, in words.

    `successor` is the commitment that replaced that one, if the amount can count there.
    """

    amount: Amount
    why: str
    successor: Commitment | None = None


def possible_double_counts(commitments: CommitmentQuerySet) -> list[Pair]:
    """Return the pairs among the amounts of some commitments, with four queries at most.

    Two amounts make a pair if both are promised or both are paid, they have the same value in the
    same currency, and the same contributor or lead, for places that overlap. In one commitment, a
    pair is the same sum of one contributor at two stages. Staff did not say that they differ.
    """
    counted = _comparable(commitments)
    repeated = counted.values("currency", "original").annotate(number=Count("pk"))
    values = repeated.filter(number__gt=1).order_by().values_list("currency", "original")
    by_value: dict[tuple[str, Decimal], list[Amount]] = defaultdict(list)
    for amount in counted.filter(original__in={original for _currency, original in values}):
        by_value[amount.currency, amount.original].append(amount)
    settled = _settled() if by_value else set()
    return [
        Pair(first, second)
        for alike in by_value.values()
        for first, second in combinations(alike, 2)
        if (first.pk, second.pk) not in settled
        and _may_be_the_same(
            first, second, first.commitment.places.all(), second.commitment.places.all()
        )
    ]


def pairs_with(amounts: Sequence[Amount], places: Iterable[Place | PlaceContent]) -> list[Pair]:
    """Return the pairs that some amounts of one commitment would make if they counted.

    They need not be stored. The amount that is there already is the first one of each pair.
    """
    if not amounts:
        return []
    places, commitment = list(places), amounts[0].commitment
    others = _comparable(Commitment.objects.exclude(pk=commitment.pk)).filter(
        original__in={each.original for each in amounts}
    )
    settled = _settled()
    return [
        Pair(first, second)
        for first, second in [
            *((other, amount) for amount in amounts for other in others),
            *combinations(amounts, 2),
        ]
        if (first.currency, first.original) == (second.currency, second.original)
        and (first.pk, second.pk) not in settled
        and _may_be_the_same(
            first,
            second,
            places if first.commitment_id == commitment.pk else first.commitment.places.all(),
            places,
        )
    ]


def lost_amounts(commitments: CommitmentQuerySet) -> list[LostAmount]:
    """Return the amounts of some commitments that count nowhere any more, with two queries."""
    amounts = current_amounts(commitments).filter(
        IS_CONFIRMED, not_counted__in=COUNTED_ELSEWHERE, counted_in__isnull=False
    )
    related = ("commitment__lead", "contributor", "counted_in__superseded_by")
    rows = list(amounts.select_related(*related).order_by("commitment__published_at", "pk"))
    others: dict[int | None, list[Amount]] = defaultdict(list)
    known = {row.counted_in_id for row in rows} | {
        row.counted_in.superseded_by_id for row in rows if row.counted_in
    }
    for other in with_givers(Amount.objects.filter(commitment__in=known - {None})):
        others[other.commitment_id].append(other)
    found = []
    for row in rows:
        why = _why_lost(row, others[row.counted_in_id])
        successor = row.counted_in and row.counted_in.superseded_by
        if successor is not None and (
            successor.status not in STATUSES_IN_FORCE
            or successor.pk == row.commitment_id
            or not can_count_in(row, others[successor.pk])
        ):
            successor = None
        if why:
            found.append(LostAmount(row, why, successor))
    return found


def _settled() -> set[tuple[int, int]]:
    """Return the pairs of amounts of which staff said that they are not the same money."""
    rows = Amount.differs_from.through.objects.values_list("from_amount", "to_amount")
    return set(rows)


def number_to_settle(user: User) -> int:
    """Return how many pairs and lost amounts wait for a member of staff who may settle them."""
    visible = Commitment.objects.visible_to(user)
    return len(possible_double_counts(visible)) + len(lost_amounts(visible))


def _comparable(commitments: "QuerySet[Commitment]") -> "QuerySet[Amount]":
    """Return the counted amounts that commitments state, the oldest first, with their places.

    Without reports: what one says was paid has no contributor.
    """
    counted = counted_amounts(commitments).filter(report=None, original__gt=0)
    related = counted.select_related("commitment__lead", "contributor")
    places = related.prefetch_related("commitment__places")
    return places.order_by("commitment__published_at", "pk")


def _may_be_the_same(
    first: Amount,
    second: Amount,
    places: Iterable[Place | PlaceContent],
    other_places: Iterable[Place | PlaceContent],
) -> bool:
    if is_promised(first) != is_promised(second):
        return False
    has_same_giver = not givers_of(first).isdisjoint(givers_of(second))
    if first.commitment_id == second.commitment_id:
        return has_same_giver and first.stage != second.stage
    has_same_lead = first.commitment.lead_id == second.commitment.lead_id
    return (has_same_giver or has_same_lead) and places_overlap(places, other_places)


def _why_lost(amount: Amount, others: Sequence[Amount]) -> str:
    """Return why the commitment in which an amount counts has not its money; empty if it has.

    `others` are all amounts that the other commitment has had.
    """
    other = amount.counted_in
    if other is None:
        return ""
    names = {"reference": other.reference}
    if other.status == CommitmentStatus.WITHDRAWN:
        return _("It counts in %(reference)s, which was withdrawn.") % names
    if other.superseded_by is not None and other.status == CommitmentStatus.SUPERSEDED:
        return _("It counts in %(reference)s, which was replaced by %(other)s.") % {
            **names,
            "other": other.superseded_by.reference,
        }
    if other.status not in STATUSES_IN_FORCE:
        return _("It counts in %(reference)s, which is not published.") % names
    same = amounts_with(amount, others)
    if not same:
        return _("It counts in %(reference)s, which no longer has this money.") % names
    sums = {(each.currency, each.original) for each in same}
    is_settled = amount.counting_by == CountingBy.STAFF or amount.report_id is not None
    if is_settled or (amount.currency, amount.original) in sums:
        return ""
    return _("It counts in %(reference)s, which has another sum.") % names
