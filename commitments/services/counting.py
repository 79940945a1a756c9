"""Says which amounts count in totals.

An amount counts if it is current and shown, its commitment is in force, its contributor has
confirmed it (contributors.py), and it has no reason not to. Nothing else is read: what staff or the
portal decided about an amount is in its row. double_counting.py finds what staff decide next.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import Final

from django.db.models import QuerySet

from commitments.models import (
    IS_CONFIRMED,
    STATUSES_IN_FORCE,
    Amount,
    Commitment,
    Place,
    Stage,
)
from commitments.services.content import PlaceContent
from core.folding import fold
from members.services.countries import codes_in_region

# An empty text stands for the amounts that count.
COUNTS: Final = ""


def current_amounts(commitments: "QuerySet[Commitment]") -> "QuerySet[Amount]":
    """Return the amounts that are shown of those of some commitments that are in force."""
    in_force = commitments.filter(status__in=STATUSES_IN_FORCE).order_by().values("pk")
    return Amount.objects.shown().filter(commitment__in=in_force)


def counted_amounts(commitments: "QuerySet[Commitment]") -> "QuerySet[Amount]":
    """Return the amounts of some commitments that count in totals."""
    return current_amounts(commitments).filter(not_counted=COUNTS)


def is_promised(amount: Amount) -> bool:
    """Return whether an amount is pledged or firm. What was paid is a part of that."""
    return amount.stage != Stage.PAID


def givers_of(amount: Amount) -> frozenset[int | str]:
    """Return the key and the folded names of the organisation that gives an amount."""
    if amount.contributor_name:
        return frozenset([fold(amount.contributor_name)])
    giver = amount.contributor or amount.commitment.lead
    names = {fold(giver.organisation_name), fold(giver.acronym)} - {""}
    return frozenset([giver.pk, *names])


def can_count_in(amount: Amount, others: Iterable[Amount]) -> bool:
    """Return whether the money of an amount can be in one of those of another commitment."""
    return bool(amounts_with(amount, others))


def amounts_with(amount: Amount, others: Iterable[Amount]) -> list[Amount]:
    """Return the amounts of another commitment in which the money of an amount can be.

    `others` are all that it has had. If none of them was of the same contributor, the commitment
    does not say who gives what. What was paid can be in what was promised, but not the reverse.
    The other commitment can be its own, if the same money is stated twice there.
    """
    others = [each for each in others if each.pk != amount.pk]
    givers = givers_of(amount)
    of_giver = [each for each in others if not givers.isdisjoint(givers_of(each))]
    return [
        each
        for each in of_giver or others
        if each.is_current
        and each.is_confirmed  # type: ignore[attr-defined]
        and (is_promised(each) or not is_promised(amount))
        and not each.commitment_id == each.counted_in_id == amount.commitment_id
    ]


def with_givers(amounts: "QuerySet[Amount]") -> "QuerySet[Amount]":
    """Return amounts with what `amounts_with()` reads."""
    related = amounts.select_related("commitment__lead", "contributor")
    return related.annotate(is_confirmed=IS_CONFIRMED)


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
