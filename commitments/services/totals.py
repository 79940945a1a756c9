"""Totals of amounts. All sums of the register come from here, or from the same rules in figures.py.

Pledged and firm money have nothing in common: the lead states each amount once, at its stage.
Together they are what is promised. What is paid is a part of both, and never added to them.

A question about places or about a member has its own money, and the rest of the same commitments:
what is for several places and that nobody has divided (division.py), and what others give.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from django.db.models import (
    BooleanField,
    Case,
    CharField,
    Count,
    ExpressionWrapper,
    Q,
    QuerySet,
    Sum,
    Value,
    When,
)
from django.db.models.expressions import Combinable

from commitments.models import Amount, Commitment, NotCounted, Place, Stage
from commitments.services.counting import (
    COUNTS,
    current_amounts,
)
from commitments.services.division import CENT, part_for
from members.models import Member

# The smallest part of an amount in its own currency.
MILL: Final = Decimal("0.001")
# To which part of the answer to a question an amount belongs.
OWN, SHARED, DIVIDED, OTHERS = "own", "shared", "divided", "others"


@dataclass(frozen=True)
class StageTotal:
    """The amounts of one stage that count and are converted."""

    usd: Decimal = Decimal("0.00")
    amounts: int = 0

    def __add__(self, other: "StageTotal") -> "StageTotal":
        return StageTotal(self.usd + other.usd, self.amounts + other.amounts)


@dataclass(frozen=True)
class CurrencyTotal:
    """The amounts of one currency and stage that count, and that no rate converts."""

    original: Decimal
    amounts: int


def no_money() -> dict[Stage, StageTotal]:
    """Return a sum of nothing at each stage."""
    return {stage: StageTotal() for stage in Stage}


@dataclass(frozen=True)
class Sums:
    """Sums in US dollars, one for each stage."""

    by_stage: Mapping[Stage, StageTotal] = field(default_factory=no_money)

    @property
    def pledged(self) -> Decimal:
        return self.by_stage[Stage.PLEDGED].usd

    @property
    def firm(self) -> Decimal:
        return self.by_stage[Stage.FIRM].usd

    @property
    def promised(self) -> Decimal:
        """What is pledged and what is firm, which have nothing in common."""
        return self.pledged + self.firm

    @property
    def paid(self) -> Decimal:
        return self.by_stage[Stage.PAID].usd

    def __bool__(self) -> bool:
        return any(total.amounts for total in self.by_stage.values())


@dataclass(frozen=True)
class Totals:
    """The money of some commitments, as the answer to a question about them."""

    own: Sums = field(default_factory=Sums)
    # For several places, of which only some are asked about. Nobody has divided it.
    shared: Sums = field(default_factory=Sums)
    # What others give in the commitments in which a member takes part.
    of_others: Sums = field(default_factory=Sums)
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


def totals(
    commitments: "QuerySet[Commitment]", *, places: Q | None = None, member: Member | None = None
) -> Totals:
    """Return the totals of those of some commitments that are in force.

    `places` are those that are asked about (register.place_condition()), and `member` the one whose
    own money is asked about. It takes a fixed number of queries.
    """
    amounts = current_amounts(commitments).annotate(part=_part(places, member))
    sums = {part: no_money() for part in (OWN, SHARED, OTHERS)}
    not_counted: dict[NotCounted, int] = {}
    not_converted: dict[str, dict[Stage, CurrencyTotal]] = {}
    rows = (
        amounts.values_list("not_counted", "stage", "currency", "part")
        .annotate(
            number=Count("pk"),
            converted=Count("usd"),
            sum_usd=Sum("usd"),
            waiting=Sum("original", filter=Q(usd=None)),
        )
        .order_by("currency", "stage", "part")
    )
    for reason, stage_value, currency, part, number, converted, usd, waiting in rows:
        stage = Stage(stage_value)
        if reason != COUNTS:
            if part != OTHERS:
                not_counted[NotCounted(reason)] = not_counted.get(NotCounted(reason), 0) + number
            continue
        if part != DIVIDED:
            # SQLite adds floating-point numbers.
            total = StageTotal((usd or Decimal(0)).quantize(CENT), converted)
            sums[part][stage] += total
        if number > converted and part != OTHERS:
            stages = not_converted.setdefault(currency, {})
            before = stages.get(stage, CurrencyTotal(Decimal(0), 0))
            stages[stage] = CurrencyTotal(
                before.original + waiting.quantize(MILL), before.amounts + number - converted
            )
    if places is not None:
        for part, stage, total in _divided(
            amounts.filter(not_counted=COUNTS, part=DIVIDED), places
        ):
            sums[part][stage] += total
    not_disclosed = Commitment.objects.filter(
        pk__in=commitments.order_by().values("pk"), amount_not_disclosed=True
    ).in_force()
    return Totals(
        own=Sums(sums[OWN]),
        shared=Sums(sums[SHARED]),
        of_others=Sums(sums[OTHERS]),
        not_counted=not_counted,
        not_disclosed=not_disclosed.count(),
        not_converted=not_converted,
    )


def _part(places: Q | None, member: Member | None) -> Case:
    """Return an expression for the part of an answer to which an amount belongs."""
    whens = []
    if member is not None:
        whens.append(When(~_is_given_by(member), then=Value(OTHERS)))
    if places is not None:
        # A database reads these once, but it would look for the places of each amount.
        with_shares = Place.objects.filter(share__isnull=False).values("commitment")
        with_others = Place.objects.exclude(places).values("commitment")
        whens += [
            When(commitment__in=with_shares, then=Value(DIVIDED)),
            When(commitment__in=with_others, then=Value(SHARED)),
        ]
    return Case(*whens, default=Value(OWN), output_field=CharField())


def _is_given_by(member: Member) -> Q:
    """Return the condition that a member gives an amount; without a contributor, the lead does."""
    return Q(contributor=member) | Q(contributor=None, contributor_name="", commitment__lead=member)


def asked_about(places: Q) -> Combinable:
    """Return an expression that says of a place whether it is one of those asked about."""
    return ExpressionWrapper(places, output_field=BooleanField())


def _divided(amounts: "QuerySet[Amount]", places: Q) -> Iterator[tuple[str, Stage, StageTotal]]:
    """Yield the parts of the amounts of commitments that state shares of their places."""
    places_of: dict[int, list[Place]] = defaultdict(list)
    wanted = Place.objects.filter(commitment__in=amounts.order_by().values("commitment"))
    for place in wanted.annotate(is_asked=asked_about(places)).order_by("pk"):
        places_of[place.commitment_id].append(place)
    # One sum for each commitment, stage and contributor is divided, not each amount.
    sums: dict[tuple[int, Stage, int | str], StageTotal] = defaultdict(StageTotal)
    rows = amounts.values_list(
        *("commitment", "stage", "contributor", "contributor_name", "commitment__lead")
    ).annotate(converted=Count("usd"), sum_usd=Sum("usd"))
    for commitment, stage, contributor, name, lead, number, usd in rows.order_by():
        sums[commitment, Stage(stage), contributor or name or lead] += StageTotal(
            (usd or Decimal(0)).quantize(CENT), number
        )
    for (commitment, stage, _giver), total in sums.items():
        known = places_of[commitment]
        asked = [place.is_asked for place in known]  # type: ignore[attr-defined]  # annotated
        own, shared = part_for(total.usd, known, asked)
        if own:
            yield OWN, stage, StageTotal(own, total.amounts)
        if shared:
            yield SHARED, stage, StageTotal(shared, total.amounts)
