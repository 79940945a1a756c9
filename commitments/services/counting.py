"""Says which amounts count in totals, so that no money counts twice and none is lost.

An amount counts if it is current, its commitment is in force, and it has no reason not to. Money
that counts in another commitment counts there; if that one no longer holds it, it counts again.
That depends on several rows, and is computed each time.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Case, CharField, F, Q, QuerySet, Value, When

from commitments.models import COUNTED_ELSEWHERE, IN_FORCE, Amount, Commitment, Stage
from core.folding import fold

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
    counted_in: int | None = None

    @classmethod
    def read(cls, amounts: "QuerySet[Amount]") -> "list[Money]":
        """Return the facts of some amounts, with one query."""
        rows = amounts.order_by("pk").values_list(
            *("pk", "commitment_id", "stage", "contributor_id", "contributor_name"),
            *("commitment__lead_id", "is_current", "counted_in_id"),
        )
        return [
            cls(pk, commitment, stage, member or fold(name) or lead, is_current, counted_in)
            for pk, commitment, stage, member, name, lead, is_current, counted_in in rows
        ]


def current_amounts(commitments: "QuerySet[Commitment]") -> "QuerySet[Amount]":
    """Return the current amounts of those of some commitments that are in force."""
    in_force = Commitment.objects.filter(pk__in=commitments.order_by().values("pk"))
    return Amount.objects.filter(commitment__in=in_force.in_force().values("pk"), is_current=True)


def reason_not_counted(released: Iterable[int]) -> Case:
    """Return an expression for why an amount is in no total, empty if it counts.

    `released` comes from `released_amounts()`. The expression does not ask whether the amount is
    current and its commitment in force.
    """
    return Case(
        When(pk__in=released, then=Value(COUNTS)),
        default=F("not_counted"),
        output_field=CharField(),
    )


def released_amounts() -> frozenset[int]:
    """Return the keys of the amounts that count again, because no other commitment holds them.

    Their `not_counted` still says that they count elsewhere. An amount is held while the commitment
    in which it counts, or the last of its successors, is in force and has a current amount of the
    same contributor at the same stage or a later one. (If it never had one of this contributor, any
    amount will do.) If several commitments repeat the same money of one contributor, it returns in
    the first of them. It takes one query, or three if any amount counts elsewhere.
    """
    links = Money.read(
        Amount.objects.filter(
            is_current=True,
            commitment__status__in=IN_FORCE,
            not_counted__in=COUNTED_ELSEWHERE,
            counted_in__isnull=False,
        )
    )
    if not links:
        return frozenset()
    holders = _last_successors()
    held: dict[int, list[Money]] = {}
    lost: dict[tuple[Any, ...], list[Money]] = defaultdict(list)
    last = {link.pk: holders.get(link.counted_in or 0, (link.counted_in, True)) for link in links}
    money = _money_of({holder for holder, is_in_force in last.values() if is_in_force})
    for link in links:
        holder, is_in_force = last[link.pk]
        matches = _matches(link, money.get(holder, [])) if is_in_force else []
        if holder == link.commitment:
            # The other commitment was superseded by this one.
            lost[link.pk,].append(link)
        elif matches:
            held[link.pk] = matches
        else:
            lost[holder, link.contributor, link.stage].append(link)
    released = {
        link.pk
        for group in lost.values()
        for link in group
        if link.commitment == min(each.commitment for each in group)
    }
    return frozenset(released | _in_circles({link.pk: link for link in links}, held))


def _last_successors() -> Mapping[int, tuple[int, bool]]:
    """Return the last successor of each commitment in which others count, and if it is in force.

    Commitments that are in force themselves may be left out.
    """
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
        seen = {pk}
        at = pk
        while at in successors and status[at] not in IN_FORCE and successors[at] not in seen:
            at = successors[at]
            seen.add(at)
        last[pk] = (at, status[at] in IN_FORCE)
    return last


def _money_of(commitments: Iterable[int | None]) -> Mapping[int, list[Money]]:
    by_commitment: dict[int, list[Money]] = defaultdict(list)
    for each in Money.read(Amount.objects.filter(commitment__in=list(commitments))):
        by_commitment[each.commitment].append(each)
    return by_commitment


def _matches(link: Money, money: Iterable[Money]) -> list[Money]:
    """Return the amounts in which the money of a link can be: its contributor's, if any was."""
    money = list(money)
    own = [each for each in money if each.contributor == link.contributor]
    return [
        each
        for each in own or money
        if each.is_current and ORDER[Stage(each.stage)] >= ORDER[Stage(link.stage)]
    ]


def _in_circles(links: Mapping[int, Money], held: Mapping[int, list[Money]]) -> set[int]:
    """Return the amounts that count although they are held: one of each circle.

    Services refuse a circle, but a commitment that is superseded can close one.
    """
    released: set[int] = set()
    for pk in held:
        path: list[int] = []
        at = pk
        while at not in path:
            path.append(at)
            matches = held[at]
            if any(each.pk not in held or each.pk in released for each in matches):
                break
            at = min(each.pk for each in matches)
        else:
            first = links[min(path[path.index(at) :])]
            released |= {
                each
                for each in held
                if links[each].commitment == first.commitment
                and links[each].contributor == first.contributor
            }
    return released
