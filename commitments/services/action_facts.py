"""What the page of an Action Framework says of each action: the commitments that serve it."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from typing import Final, NamedTuple

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import get_language

from commitments.models import STATUSES_IN_FORCE, Commitment, CommitmentStatus, Place
from commitments.services.register import ConditionGroup, group_of
from commitments.services.typed_places import place_name
from core.sorting import sorting_key
from framework.services.action_facts import ActionFacts, ConditionCount

# The anchor of the form that begins a commitment, on the page of a lead's own ones.
BEGIN: Final = "begin"
# The status whose look a group has, if it is not that of a condition.
LOOKS: Final = {ConditionGroup.ENDED_OTHERWISE: CommitmentStatus.SUPERSEDED.value}


class _Named(NamedTuple):
    """A public commitment that names actions."""

    pk: int
    actions: list[str]
    status: str
    condition: str


def facts_of_actions(keys: Collection[str]) -> dict[str, ActionFacts]:
    """Return what serves each of some actions, with two queries.

    Commitments that were withdrawn or superseded serve nothing. They are counted only among the
    conditions, whose numbers are those of the register with the filter by action.
    """
    columns = ("pk", "actions", "status", "present_condition")
    named = Commitment.objects.public().exclude(actions=[]).values_list(*columns)
    by_action: dict[str, list[_Named]] = defaultdict(list)
    for row in map(_Named._make, named):
        for key in row.actions:
            if key in keys:
                by_action[key].append(row)
    places = _places(row.pk for rows in by_action.values() for row in rows)
    return {key: _facts(key, by_action.get(key, []), places) for key in keys}


def _places(commitments: Iterable[int]) -> dict[int, list[tuple[str, str]]]:
    found: dict[int, list[tuple[str, str]]] = defaultdict(list)
    rows = Place.objects.filter(commitment__in=set(commitments))
    for pk, country, region in rows.values_list("commitment", "country", "region"):
        found[pk].append((country, region))
    return found


def _facts(key: str, rows: list[_Named], places: dict[int, list[tuple[str, str]]]) -> ActionFacts:
    in_force = frozenset(row.pk for row in rows if row.status in STATUSES_IN_FORCE)
    counted = Counter(group_of(row.status, row.condition) for row in rows)
    query = urlencode({"action": key})
    return ActionFacts(
        commitments=in_force,
        places=_in_order({place for pk in in_force for place in places.get(pk, [])}),
        conditions=[
            ConditionCount(LOOKS.get(group, group.value), str(group.label), counted[group])
            for group in ConditionGroup
            if counted[group]
        ],
        url=f"{reverse('commitments:register')}?{query}" if rows else "",
        begin_url=f"{reverse('commitments:my_commitments')}?{query}#{BEGIN}",
    )


def _in_order(places: Collection[tuple[str, str]]) -> list[str]:
    """Return names: countries in the order of the reader's language, then regions, the world."""
    language = get_language() or "en"
    names = [(not country, place_name(country, region)) for country, region in places]
    return [
        name for _rest, name in sorted(names, key=lambda n: (n[0], sorting_key(n[1], language)))
    ]
