"""Totals of amounts, by stage. All sums of the portal come from here.

Amounts of different stages are never added up: money that is pledged, becomes firm and is paid is
the same money. Nothing in this module adds stages. figures.py has the totals of the whole register
by country, year and so on, computed in advance.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from django.db.models import Count, Q, QuerySet, Sum

from commitments.models import Commitment, NotCounted, Stage
from commitments.services.counting import (
    COUNTS,
    current_amounts,
    reason_not_counted,
    released_amounts,
)

CENT: Final = Decimal("0.01")
# The smallest part of an amount in its own currency.
MILL: Final = Decimal("0.001")


@dataclass(frozen=True)
class StageTotal:
    """The amounts of one stage that count and are converted."""

    usd: Decimal = Decimal("0.00")
    amounts: int = 0


@dataclass(frozen=True)
class CurrencyTotal:
    """The amounts of one currency and stage that count, and that no rate converts."""

    original: Decimal
    amounts: int


@dataclass(frozen=True)
class Totals:
    """What some commitments amount to. Stages are never added up."""

    # Every stage, also with zero.
    by_stage: Mapping[Stage, StageTotal]
    # The number of amounts that do not count, for each reason that occurs.
    not_counted: Mapping[NotCounted, int] = field(default_factory=dict)
    # The number of commitments whose amount is not disclosed.
    not_disclosed: int = 0
    # By currency and stage; these amounts count, but are in no sum of US dollars.
    not_converted: Mapping[str, Mapping[Stage, CurrencyTotal]] = field(default_factory=dict)

    @property
    def amounts_not_converted(self) -> int:
        """The number of amounts that count, and that no rate converts."""
        return sum(
            total.amounts for stages in self.not_converted.values() for total in stages.values()
        )


def totals(commitments: "QuerySet[Commitment]") -> Totals:
    """Return the totals of those of some commitments that are in force.

    It takes three queries, or five if any amount of the register counts in another commitment.
    """
    rows = (
        current_amounts(commitments)
        .annotate(reason=reason_not_counted(released_amounts()))
        .values_list("reason", "stage", "currency")
        .annotate(
            number=Count("pk"),
            converted=Count("usd"),
            sum_usd=Sum("usd"),
            waiting=Sum("original", filter=Q(usd=None)),
        )
        .order_by("currency")
    )
    by_stage = {stage: StageTotal() for stage in Stage}
    not_counted: dict[NotCounted, int] = {}
    not_converted: dict[str, dict[Stage, CurrencyTotal]] = {}
    for reason, stage_value, currency, number, converted, usd, waiting in rows:
        if reason != COUNTS:
            not_counted[NotCounted(reason)] = not_counted.get(NotCounted(reason), 0) + number
            continue
        stage = Stage(stage_value)
        before = by_stage[stage]
        # SQLite adds floating-point numbers.
        added = (usd or Decimal(0)).quantize(CENT)
        by_stage[stage] = StageTotal(before.usd + added, before.amounts + converted)
        if number > converted:
            total = CurrencyTotal(waiting.quantize(MILL), number - converted)
            not_converted.setdefault(currency, {})[stage] = total
    not_disclosed = Commitment.objects.filter(
        pk__in=commitments.order_by().values("pk"), amount_not_disclosed=True
    ).in_force()
    return Totals(by_stage, not_counted, not_disclosed.count(), not_converted)
