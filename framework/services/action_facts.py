"""What has become of the actions of an adopted framework, as other apps tell it."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.languages import with_commas
from framework.models import Draft, DraftStatus
from framework.services.numbering import NumberedWording

# More places than these are only counted.
MAX_PLACES: Final = 6


@dataclass(frozen=True)
class ConditionCount:
    """How many of the commitments of an action are in one condition. `value` colours the word."""

    value: str
    words: str
    number: int


@dataclass(frozen=True)
class ActionFacts:
    """What serves one action. `commitments` are keys, so that each counts once for a framework."""

    commitments: frozenset[int] = frozenset()
    # Where they have an effect, in the reader's language.
    places: Sequence[str] = ()
    conditions: Sequence[ConditionCount] = ()
    # The public list of the commitments.
    url: str = ""
    # Where a member begins a commitment for it.
    begin_url: str = ""

    @property
    def number(self) -> int:
        return len(self.commitments)

    @property
    def places_in_words(self) -> str:
        """The first places, and how many there are besides."""
        more = len(self.places) - MAX_PLACES
        if more <= 0:
            return with_commas(self.places)
        words = ngettext("%(places)s and %(number)d more", "%(places)s and %(number)d more", more)
        return words % {"places": with_commas(self.places[:MAX_PLACES]), "number": more}


@dataclass(frozen=True)
class ActionsServed:
    """The facts of all actions of a framework, by key, and which of them nothing serves yet."""

    facts: Mapping[str, ActionFacts]
    commitments: int = 0
    served: int = 0
    # The numbers and the keys of the actions that are the to-do of the working group.
    without: Sequence[tuple[str, str]] = ()

    @property
    def sentence(self) -> str:
        """How many commitments serve how many of the actions."""
        numbers = {
            "number": self.commitments,
            "served": self.served,
            "actions": len(self.facts),
        }
        if not self.commitments:
            return _("No commitment serves one of the %(actions)d actions yet.") % numbers
        words = ngettext(
            "%(number)d commitment serves %(served)d of %(actions)d actions.",
            "%(number)d commitments serve %(served)d of %(actions)d actions.",
            self.commitments,
        )
        return words % numbers


# Returns the facts of the actions with some keys, in at most two queries.
FactsFunction = Callable[[Collection[str]], Mapping[str, ActionFacts]]
_functions: Final[list[FactsFunction]] = []


def register_action_facts(function: FactsFunction) -> None:
    """Let an app tell what serves the actions of adopted frameworks. Only one app does."""
    _functions[:] = [function]


def actions_served(draft: Draft, rows: Iterable[NumberedWording]) -> ActionsServed | None:
    """Return the facts of the actions of an adopted draft; None of any other draft."""
    numbers = {row.key: row.number for row in rows if row.is_action}
    if draft.status != DraftStatus.ADOPTED or not numbers:
        return None
    told = _functions[0](numbers) if _functions else {}
    facts = {key: told.get(key, ActionFacts()) for key in numbers}
    served = [each for each in facts.values() if each.commitments]
    return ActionsServed(
        facts=facts,
        commitments=len(frozenset().union(*(each.commitments for each in served))),
        served=len(served),
        without=[(number, key) for key, number in numbers.items() if not facts[key].commitments],
    )
