"""Says which amounts count in totals, so that no money counts twice and none is lost.

An amount counts if it is current, its commitment is in force, its contributor has confirmed it
(contributors.py), and it has no reason not to. Money that counts in another commitment counts
there; if that one no longer holds it, it counts again. That depends on several rows, and is
computed each time.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations
from typing import Final

from django.db.models import Case, CharField, Count, F, Q, QuerySet, Value, When

from commitments.models import (
    COUNTED_ELSEWHERE,
    STATUSES_IN_FORCE,
    Amount,
    Commitment,
    CommitmentStatus,
    CountingBy,
    NotCounted,
    Place,
    Stage,
)
from commitments.services.content import PlaceContent
from commitments.services.contributors import IS_CONFIRMED
from core.folding import fold
from members.services.countries import codes_in_region

# An amount moves from one stage to the next; the later one is of the same money.
ORDER: Final = {stage: number for number, stage in enumerate(Stage)}
# An empty text stands for the amounts that count.
COUNTS: Final = ""


@dataclass(frozen=True)
class Money:
    """The facts of an amount that decide in which commitment its money counts."""

    pk: int
    commitment: int
    stage: str
    # The key of a member, or the folded name of an organisation.
    contributor: int | str
    is_current: bool
    is_confirmed: bool
    # The key of the other commitment in which it counts, or 0.
    counted_in: int = 0

    @classmethod
    def read(cls, amounts: "QuerySet[Amount]") -> "list[Money]":
        """Return the facts of some amounts, with one query."""
        known = amounts.annotate(is_confirmed=IS_CONFIRMED).order_by("pk")
        rows = known.values_list(
            *("pk", "commitment_id", "stage", "contributor_id", "contributor_name"),
            *("commitment__lead_id", "is_current", "is_confirmed", "counted_in_id"),
        )
        return [
            cls(pk, commitment, stage, member or fold(name) or lead, current, confirmed, other or 0)
            for pk, commitment, stage, member, name, lead, current, confirmed, other in rows
        ]


def current_amounts(commitments: "QuerySet[Commitment]") -> "QuerySet[Amount]":
    """Return the amounts that are shown of those of some commitments that are in force."""
    in_force = commitments.filter(status__in=STATUSES_IN_FORCE).order_by().values("pk")
    return Amount.objects.shown().filter(commitment__in=in_force)


def reason_not_counted(released: Iterable[int]) -> Case:
    """Return an expression for why an amount is in no total, empty if it counts.

    `released` comes from `released_amounts()`. The expression does not ask whether the amount is
    current and its commitment in force.
    """
    return Case(
        When(~Q(not_counted=COUNTS) & ~Q(pk__in=released), then=F("not_counted")),
        When(IS_CONFIRMED, then=Value(COUNTS)),
        default=Value(NotCounted.NOT_CONFIRMED.value),
        output_field=CharField(),
    )


def counted_amounts(commitments: "QuerySet[Commitment]") -> "QuerySet[Amount]":
    """Return the amounts of some commitments that count in totals."""
    amounts = current_amounts(commitments).annotate(reason=reason_not_counted(released_amounts()))
    return amounts.filter(reason=COUNTS)


def released_amounts() -> frozenset[int]:
    """Return the keys of the amounts that count again, because no other commitment holds them.

    Their `not_counted` still says that they count elsewhere. If their contributor has not confirmed
    them, they neither count nor hold the money of others. An amount is held while the commitment
    in which it counts, or the last of its successors, is in force and has a current amount of the
    same contributor at the same stage or a later one. (If it never had one of this contributor, any
    amount will do.) If several commitments repeat the same money of one contributor, it returns in
    the first of them. It takes one query, or three if any amount counts elsewhere.
    """
    links = Money.read(
        Amount.objects.filter(
            IS_CONFIRMED,
            is_current=True,
            commitment__status__in=STATUSES_IN_FORCE,
            not_counted__in=COUNTED_ELSEWHERE,
            counted_in__isnull=False,
        )
    )
    return Holders().released(links) if links else frozenset()


def of_contributor(link: Money, money: Iterable[Money]) -> list[Money]:
    """Return the amounts, former ones too, of the contributor of a link, if there are any.

    If not, the commitment does not say who contributes what, and all of its amounts are returned.
    """
    money = list(money)
    return [each for each in money if each.contributor == link.contributor] or money


def can_hold(link: Money, money: Iterable[Money]) -> list[Money]:
    """Return the current amounts of a commitment in which the money of a link can be."""
    return [
        each
        for each in of_contributor(link, money)
        if each.is_current
        and each.is_confirmed
        and ORDER[Stage(each.stage)] >= ORDER[Stage(link.stage)]
    ]


class Holders:
    """The commitments in which amounts of others count, with their own amounts."""

    def __init__(self) -> None:
        # By commitment: the last of its successors, and whether that one is in force.
        self.last = _last_successors()
        self.money: dict[int, list[Money]] = defaultdict(list)
        held_in = {pk for pk, _is_in_force in self.last.values()}
        for each in Money.read(Amount.objects.filter(commitment__in=held_in)):
            self.money[each.commitment].append(each)

    def matches(self, link: Money) -> list[Money]:
        """Return the amounts in which the money of a link can be."""
        return can_hold(link, self.money[self._last_of(link)[0]])

    def holder_of(self, link: Money, seen: frozenset[int] = frozenset()) -> tuple[int, bool]:
        """Return the commitment in which the money of a link should be, and whether it is there.

        Of several commitments on the way, it is the first one that has the money, or the last one.
        """
        holder, is_in_force = self._last_of(link)
        if holder == link.commitment:
            # The other commitment was superseded by this one.
            return holder, False
        if is_in_force and self.matches(link):
            return holder, True
        ends = [
            self.holder_of(each, seen | {link.pk})
            # What a commitment had before it was withdrawn, or changed, can count in another one.
            for each in of_contributor(link, self.money[holder])
            if each.counted_in and each.pk not in seen
        ]
        return max(ends, key=lambda end: end[1], default=(holder, False))

    def released(self, links: Iterable[Money]) -> frozenset[int]:
        """Return the keys of the links whose money counts where they are."""
        lost: dict[tuple[int, int | str, str], list[Money]] = defaultdict(list)
        held: dict[int, Money] = {}
        for link in links:
            holder, is_held = self.holder_of(link)
            if is_held:
                held[link.pk] = link
            else:
                lost[holder, link.contributor, link.stage].append(link)
        again = {
            link.pk
            for group in lost.values()
            for link in group
            if link.commitment == min(each.commitment for each in group)
        }
        return frozenset(again | self._in_circles(held))

    def _in_circles(self, held: Mapping[int, Money]) -> set[int]:
        """Return the amounts that count although they are held: those of one of each circle.

        Services refuse a circle, but a commitment that is superseded can close one.
        """
        released: set[int] = set()
        for pk in held:
            path: list[int] = []
            while pk not in path and pk in held and pk not in released:
                path.append(pk)
                matches = self.matches(held[pk])
                if not all(each.pk in held for each in matches):
                    break
                pk = min((each.pk for each in matches), default=0)  # noqa: PLW2901
            if pk in path[:-1]:
                first = held[min(path[path.index(pk) :])]
                released |= {
                    each.pk
                    for each in held.values()
                    if (each.commitment, each.contributor) == (first.commitment, first.contributor)
                }
        return released

    def _last_of(self, link: Money) -> tuple[int, bool]:
        return self.last[link.counted_in]


def _last_successors() -> Mapping[int, tuple[int, bool]]:
    """Return the last successor of each commitment in which others count, and if it is in force."""
    rows = Commitment.objects.filter(
        Q(superseded_by__isnull=False)
        | Q(pk__in=Amount.objects.filter(counted_in__isnull=False).values("counted_in"))
    ).values_list("pk", "status", "superseded_by_id", "superseded_by__status")
    status: dict[int, str] = {}
    successors: dict[int, int] = {}
    for pk, own, successor, successors_status in rows:
        status[pk] = own
        if successor is not None:
            successors[pk] = successor
            status[successor] = successors_status
    last = {}
    for pk in status:
        seen = [pk]
        while status[seen[-1]] == CommitmentStatus.SUPERSEDED and successors[seen[-1]] not in seen:
            seen.append(successors[seen[-1]])
        last[pk] = (seen[-1], status[seen[-1]] in STATUSES_IN_FORCE)
    return last


def leads_to(start: Commitment, end: Commitment) -> bool:
    """Return whether money of one commitment counts in another, directly or through others."""
    rows = Amount.objects.filter(is_current=True, counted_in__isnull=False)
    counted_in: dict[int, set[int]] = defaultdict(set)
    for commitment, other in rows.values_list("commitment_id", "counted_in_id"):
        if other is not None:
            counted_in[commitment].add(other)
    reached, new = {start.pk}, {start.pk}
    while new:
        new = {other for each in new for other in counted_in[each]} - reached
        reached |= new
    return end.pk in reached


def places_overlap(
    some: Iterable[Place | PlaceContent], others: Iterable[Place | PlaceContent]
) -> bool:
    """Return whether a country can be in both; without places, that cannot be excluded."""
    countries, other_countries = countries_of(some), countries_of(others)
    if not countries or not other_countries:
        return True
    return not countries.isdisjoint(other_countries)


def countries_of(places: Iterable[Place | PlaceContent]) -> frozenset[str]:
    """Return the countries of places, with those of regions; none if one place is the world."""
    countries: set[str] = set()
    for place in places:
        if not place.country and not place.region:
            return frozenset()
        countries |= {place.country} if place.country else set(codes_in_region(place.region))
    return frozenset(countries)


@dataclass(frozen=True)
class Pair:
    """Two amounts that both count and may be the same money, the one published first as first."""

    first: Amount
    second: Amount


def possible_double_counts() -> list[Pair]:
    """Return the pairs of amounts that may be the same money, for staff to decide.

    Both count, have the same value in the same currency, and have the same contributor or lead, for
    places that overlap. Staff who say of both that they count are not asked again.
    """
    released = released_amounts()
    counted = (
        current_amounts(Commitment.objects.all())
        .annotate(reason=reason_not_counted(released))
        .filter(reason=COUNTS, report=None, original__gt=0)
    )
    repeated = counted.values("currency", "original").annotate(number=Count("pk"))
    values = repeated.filter(number__gt=1).order_by().values_list("currency", "original")
    by_value: dict[tuple[str, Decimal], list[Amount]] = defaultdict(list)
    amounts = counted.filter(original__in={original for _currency, original in values})
    for amount in (
        amounts.select_related("commitment__lead", "contributor")
        .prefetch_related("commitment__places")
        .order_by("commitment__published_at", "pk")
    ):
        by_value[amount.currency, amount.original].append(amount)
    return [
        Pair(first, second)
        for alike in by_value.values()
        for first, second in combinations(alike, 2)
        if _may_be_the_same(first, second)
    ]


def _may_be_the_same(first: Amount, second: Amount) -> bool:
    if first.commitment_id == second.commitment_id:
        return False
    if first.counting_by == second.counting_by == CountingBy.STAFF:
        return False
    contributors = [
        each.contributor_id or fold(each.contributor_name) or each.commitment.lead_id
        for each in (first, second)
    ]
    has_same_lead = first.commitment.lead_id == second.commitment.lead_id
    return (len(set(contributors)) == 1 or has_same_lead) and places_overlap(
        first.commitment.places.all(), second.commitment.places.all()
    )
