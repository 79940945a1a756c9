"""The public register: its filters and its order.

The list, its files and the links of figures all use `matching()`, so that they show the same rows.
"""

from collections.abc import Callable, Mapping
from datetime import date
from functools import reduce
from operator import and_
from typing import Any, Final

from django.db.models import Count, Q, QuerySet, Subquery, TextChoices
from django.utils.translation import gettext_lazy as _

from commitments.models import (
    STATUSES_IN_FORCE,
    Amount,
    Commitment,
    CommitmentQuerySet,
    Condition,
    Partner,
    PartnerAnswer,
    Place,
)
from commitments.services.register_order import RegisterOrder, in_order
from core.dates import GENEVA, start_of_day
from members.models import Member
from members.services.countries import CountryGroup, codes_in_region, codes_outside_regions
from members.services.figures import OUTSIDE_REGIONS
from members.services.kinds import categories_of
from members.services.search import words_of

# The value of the filter by region for commitments that are made for the whole world.
GLOBAL: Final = "global"
# The value for those that are made for a region or for the whole world.
REGIONAL: Final = "regional"
# The value of the filter by pillar for commitments without one.
NO_PILLAR: Final = "none"
# The column of `Place` for each group of countries.
GROUP_COLUMNS: Final = {
    CountryGroup.LDC: "is_ldc",
    CountryGroup.LLDC: "is_lldc",
    CountryGroup.SIDS: "is_sids",
}


class ConditionGroup(TextChoices):
    """The conditions that the register tells apart. Each public commitment is in one of them."""

    ON_COURSE = "on_course", _("On course")
    BEHIND = "behind", _("Behind")
    REACHED = "reached", _("Reached")
    NOT_REACHED = "not_reached", _("Not reached")
    UNREPORTED = "unreported", _("Not reported as reached")
    NO_REPORT = "no_report", _("No report yet")
    NO_VALUE = "no_value", _("No value yet")
    OVERDUE = "overdue", _("Report overdue")
    INACTIVE = "inactive", _("Inactive")
    ENDED_OTHERWISE = "ended_otherwise", _("Withdrawn or superseded")


# In force, each condition is a group of its own, but for two.
GROUP_OF_CONDITION: Final[dict[str, ConditionGroup]] = {
    **{each: ConditionGroup(each) for each in Condition if each != Condition.REACHED_LATE},
    Condition.REACHED_LATE: ConditionGroup.REACHED,
    "": ConditionGroup.NO_REPORT,
}


def group_of(status: str, condition: str) -> ConditionGroup:
    """Return the group of a status and a condition. Withdrawn and superseded ones have ended."""
    if status not in STATUSES_IN_FORCE:
        return ConditionGroup.ENDED_OTHERWISE
    return GROUP_OF_CONDITION[condition]


def matching(filters: Mapping[str, Any]) -> CommitmentQuerySet:
    """Return the public commitments that match all filters that are set, the newest report first.

    Commitments without a report follow, the newest publication first. `filters` are the cleaned
    data of `RegisterFilterForm`; unknown names are ignored. A filter by country finds only
    commitments that name this country, none for its region or for the world.
    """
    commitments = Commitment.objects.public()
    for name, condition in CONDITIONS.items():
        if filters.get(name):
            commitments = commitments.filter(condition(filters[name]))
    if (places := place_condition(filters)) is not None:
        asked = Place.objects.filter(places).values("commitment")
        commitments = commitments.filter(pk__in=asked)
    return newest_first(commitments)


def place_condition(filters: Mapping[str, Any]) -> Q | None:
    """Return which places the filters ask about, as a condition of `Place`; None if about all."""
    conditions = [of(filters[name]) for name, of in PLACE_CONDITIONS.items() if filters.get(name)]
    return reduce(and_, conditions) if conditions else None


def newest(number: int) -> CommitmentQuerySet:
    """Return the first commitments of the whole register. Only their rows are read and sorted."""
    keys = matching({}).values("pk")[:number]
    return newest_first(Commitment.objects.filter(pk__in=keys))


def led_by(member: Member) -> CommitmentQuerySet:
    """Return the public commitments of a member, the newest report first."""
    return newest_first(Commitment.objects.public().filter(lead=member))


def partnered_by(member: Member) -> CommitmentQuerySet:
    """Return the public commitments of others that a member has confirmed it is partner of."""
    partnered = _confirmed().filter(member=member).values("commitment")
    return newest_first(Commitment.objects.public().filter(pk__in=partnered).exclude(lead=member))


def newest_first(commitments: CommitmentQuerySet) -> CommitmentQuerySet:
    """Order commitments by their latest published report, then by their publication."""
    return in_order(commitments, RegisterOrder.NEWEST_REPORT)


def count_by_group(commitments: CommitmentQuerySet) -> dict[ConditionGroup, int]:
    """Return the number of commitments in each group, with one query."""
    counts = dict.fromkeys(ConditionGroup, 0)
    rows = commitments.order_by().values_list("status", "present_condition").annotate(Count("pk"))
    for status, condition, number in rows:
        counts[group_of(status, condition)] += number
    return counts


def _has_words(typed: str) -> Q:
    condition = Q()
    for word in words_of(typed):
        condition &= Q(search_text__contains=word) | Q(lead__search_text__contains=word)
    return condition


def _in_region(region: str) -> Q:
    """Return the condition of a place that is a region, or a country in it."""
    if region == GLOBAL:
        return Q(country="", region="")
    if region == REGIONAL:
        return Q(country="")
    if region == OUTSIDE_REGIONS:
        return Q(country__in=codes_outside_regions())
    return Q(region=region) | Q(country__in=codes_in_region(region))


def _has_condition(group: str) -> Q:
    conditions = [each for each, those in GROUP_OF_CONDITION.items() if those == group]
    found = Q(status__in=STATUSES_IN_FORCE, present_condition__in=conditions)
    return (
        found | ~Q(status__in=STATUSES_IN_FORCE)
        if group == ConditionGroup.ENDED_OTHERWISE
        else found
    )


def _has_stage(stage: str) -> Q:
    return Q(pk__in=Amount.objects.shown().filter(stage=stage).values("commitment"))


def _was_published_in(year: int | str) -> Q:
    """Return the condition of a publication in a year, in Geneva."""
    first, next_one = date(int(year), 1, 1), date(int(year) + 1, 1, 1)
    return Q(
        published_at__gte=start_of_day(first, GENEVA),
        published_at__lt=start_of_day(next_one, GENEVA),
    )


def _has_member(slug: str) -> Q:
    """Return the condition that a listed member leads, or takes part as it has confirmed.

    Before version 1.1, members that give money were not asked.
    """
    member = Subquery(Member.objects.listed_publicly().filter(slug=slug).values("pk")[:1])
    gives = Amount.objects.shown().filter(contributor=member)
    return (
        Q(lead=member)
        | Q(pk__in=_confirmed().filter(member=member).values("commitment"))
        | Q(pk__in=gives.values("commitment"))
    )


def _serves(key: str) -> Q:
    """Return the condition that a commitment names an action, by its key in the list of keys."""
    return Q(actions__icontains=key)


def _confirmed() -> QuerySet[Partner]:
    return Partner.objects.filter(is_current=True, answer=PartnerAnswer.CONFIRMED)


# All that are set must hold for the same place.
PLACE_CONDITIONS: Final[Mapping[str, Callable[[str], Q]]] = {
    "country": lambda code: Q(country=code),
    "region": _in_region,
    "group": lambda group: Q(**{GROUP_COLUMNS[CountryGroup(group)]: True}),
}
CONDITIONS: Final[Mapping[str, Callable[[Any], Q]]] = {
    "q": _has_words,
    "area": lambda slug: Q(focus_area__slug=slug),
    "type": lambda value: Q(type=value),
    "kind": lambda kind: Q(lead__category__in=categories_of(kind)),
    "stage": _has_stage,
    "condition": _has_condition,
    "year": _was_published_in,
    "member": _has_member,
    "action": _serves,
    "pillar": lambda key: Q(pillar=None if key == NO_PILLAR else key),
}
