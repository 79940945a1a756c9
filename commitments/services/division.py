"""Divides the money of a commitment among its places, only as far as the lead states shares.

The portal never divides money by itself. A sum is what one organisation gives to one commitment at
one stage, in US dollars. The shares that the lead states divide it in whole cents, in the order of
the places. What no share states is the rest. A question about places has the rest only if all
places of the commitment belong to it; otherwise the rest is shared with other places.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Final, NamedTuple

from commitments.models import Place

CENT: Final = Decimal("0.01")
# Shares are in per cent, with two decimals.
WHOLE: Final = 100_00


class Part(NamedTuple):
    """The part of a sum that is only for the places that are asked about, and what is shared."""

    own: Decimal
    shared: Decimal = Decimal(0)


def part_for(value: Decimal, places: Sequence[Place], asked: Sequence[bool]) -> Part:
    """Return the part of a sum for some places of its commitment.

    `asked` says of each place whether it is asked about. Other places have the remaining parts.
    """
    *parts, rest = divide(value, places)
    own = sum((part for part, is_asked in zip(parts, asked, strict=True) if is_asked), Decimal(0))
    if has_rest(places, asked):
        return Part(own + rest)
    return Part(own, rest)


def has_rest(places: Sequence[Place], asked: Sequence[bool]) -> bool:
    """Return whether what no share states belongs to the places that are asked about.

    Nobody knows where it belongs if all places have a share, and these are less than the whole.
    """
    is_known_to_be_less = _stated(places) < WHOLE and all(place.share for place in places)
    return bool(places) and all(asked) and not is_known_to_be_less


def is_whole(places: Sequence[Place]) -> bool:
    """Return whether the shares of some places are the whole, so that there is no rest."""
    return _stated(places) == WHOLE


def divide(value: Decimal, places: Sequence[Place]) -> list[Decimal]:
    """Divide a sum into a part for each place, and the rest at the end. They add up to it exactly.

    Each part is rounded down to a cent. The cents that are left go one by one to the parts that
    lost most by that, the first ones if several lost the same (the largest remainder method).
    Shares of more than the whole divide nothing.
    """
    weights = [int((place.share or 0) * 100) for place in places]
    if _stated(places) > WHOLE:
        weights = [0] * len(weights)
    weights.append(WHOLE - sum(weights))
    cents = int((value / CENT).to_integral_value())
    parts = [cents * weight // WHOLE for weight in weights]
    by_loss = sorted(range(len(weights)), key=lambda each: -(cents * weights[each] % WHOLE))
    for each in by_loss[: cents - sum(parts)]:
        parts[each] += 1
    return [part * CENT for part in parts]


def _stated(places: Sequence[Place]) -> int:
    return sum(int((place.share or 0) * 100) for place in places)
