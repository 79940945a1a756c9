"""Who gives the money of the register: members and other organisations, with their own amounts."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from commitments.services.figure_charts import (
    conditions_in_words,
    firm_in_brief,
    paid_in_brief,
    promised_in_brief,
    url_of,
)
from commitments.services.figures import Figures, GiverFigure
from commitments.services.register import ConditionGroup
from core.folding import fold
from members.models import Member

# What the list can be sorted by, the first one if nothing is chosen.
PROMISED, FIRM, PAID, NAME = ORDERS = ("promised", "firm", "paid", "name")
LABELS: Final = {
    PROMISED: _("Promised"),
    FIRM: _("Of it binding"),
    PAID: _("Paid"),
    NAME: _("Name"),
}


@dataclass(frozen=True)
class Giver:
    """An organisation, its own money, and how the commitments that it leads stand.

    `member` is empty if it is not a member, or not listed. `url` is that of its commitments.
    """

    name: str
    category: str
    member: Member | None
    url: str
    promised: str
    firm: str
    paid: str
    conditions: Sequence[tuple[ConditionGroup, str]]


def givers_of(
    figures: Figures, filters: Mapping[str, str], *, order: str = PROMISED
) -> list[Giver]:
    """Return those who give money or lead a commitment, in an order, with two queries."""
    keys = [each.giver for each in figures.by_giver if isinstance(each.giver, int)]
    members = Member.objects.in_bulk(keys)
    listed = set(Member.objects.listed_publicly().filter(pk__in=keys).values_list("pk", flat=True))
    found = [(each, _giver(each, members, listed, filters)) for each in figures.by_giver]
    found.sort(key=lambda pair: SORT_KEYS[order](*pair))
    return [giver for _figure, giver in found]


def _giver(
    figure: GiverFigure,
    members: Mapping[int, Member],
    listed: set[int],
    filters: Mapping[str, str],
) -> Giver:
    member = members[figure.giver] if isinstance(figure.giver, int) else None
    is_listed = member is not None and member.pk in listed
    return Giver(
        name=member.organisation_name if member else str(figure.giver),
        category=member.get_category_display() if member else "",
        member=member if is_listed else None,
        url=url_of(**filters, member=member.slug) if member and is_listed else "",
        promised=promised_in_brief(figure.money),
        firm=firm_in_brief(figure.money),
        paid=paid_in_brief(figure.money),
        conditions=conditions_in_words(figure.conditions),
    )


def _by_money(amount: str) -> Callable[[GiverFigure, Giver], Any]:
    return lambda figure, giver: (-getattr(figure.money, amount), fold(giver.name))


SORT_KEYS: Final[Mapping[str, Callable[[GiverFigure, Giver], Any]]] = {
    **{order: _by_money(order) for order in (PROMISED, FIRM, PAID)},
    NAME: lambda _figure, giver: fold(giver.name),
}
