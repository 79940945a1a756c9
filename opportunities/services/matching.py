"""Which needs and offers fit: a rule that prints its reasons, without a score.

A need and an offer match if both are open, of different members, share a kind of support, and the
places of the offer contain one of the need's countries. Those that serve the same action come
first, then the same pillar, then the same focus area, then those that wait longest.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final, NamedTuple

from django.db.models import Case, Exists, OuterRef, Q, When, prefetch_related_objects
from django.utils.translation import gettext as _

from core.languages import language_shown, list_in_words
from framework.services.adopted_actions import AdoptedAction, actions_by_key
from members.models import is_shown_as_admitted
from members.services.countries import CountryGroup, codes_in_region, countries_in, region_of
from members.services.response_times import day_in_geneva
from opportunities.models import Opportunity, OpportunityQuerySet, Place, Support
from opportunities.services.content import Where, places_of, support_kinds
from opportunities.services.reader import Reader

MAX_SHOWN: Final = 10
# What two of them may have in common, in the order of its weight.
COMMON: Final = ("action", "pillar_id", "focus_area_id")


class Reason(NamedTuple):
    """Why a need and an offer match: a sentence, or one that ends with a text in `language`."""

    words: str
    text: str = ""
    language: str = ""

    def __str__(self) -> str:
        return f"{self.words} {self.text}".strip()


@dataclass(frozen=True)
class Match:
    """A need and an offer that fit: `other` is what the member of `opportunity` can use.

    `action` is what both serve. Groups of countries are those of the day `on`.
    """

    opportunity: Opportunity
    other: Opportunity
    action: AdoptedAction | None
    on: date

    def reasons(self, *, own: bool = False) -> list[Reason]:
        """Return why they match, in the reader's language. With `own`, `opportunity` is theirs."""
        return [self._support(own=own), *self._places(own=own), *self._subject()]

    def _support(self, *, own: bool) -> Reason:
        wanted = support_kinds(self.opportunity)
        shared = [str(kind.label) for kind in support_kinds(self.other) if kind in wanted]
        if self.other.is_need:
            yours, words = (
                _("You offer what is asked for: %(support)s."),
                _("Asks for %(support)s."),
            )
        else:
            yours, words = _("Offers what you ask for: %(support)s."), _("Offers %(support)s.")
        # Where it stands alone, the name of a kind begins with a capital letter.
        kinds = list_in_words(label[0].lower() + label[1:] for label in shared)
        return Reason((yours if own else words) % {"support": kinds})

    def _places(self, *, own: bool) -> Iterator[Reason]:
        """Say by which place the offer names each country of the need: by the most precise one."""
        need, offer = self.opportunity, self.other
        is_own_offer = own and offer.is_need
        if offer.is_need:
            need, offer = offer, need
        named: dict[Where, list[str]] = defaultdict(list)
        places = sorted(places_of(offer), key=lambda each: (not each.country, not each.group))
        for where in places_of(need):
            holding = (each for each in places if where.country in _countries_of(each, self.on))
            if place := next(holding, None):
                named[Where() if place.country else place].append(where.in_words)
        for place, countries in named.items():
            facts = {"countries": list_in_words(countries), "place": ""}
            yours, words = _("You named %(countries)s."), _("The offer names %(countries)s.")
            if place != Where():
                yours = _("You named %(place)s, including %(countries)s.")
                words = _("The offer names %(place)s, including %(countries)s.")
                region = _("the ITU region %(region)s") if place.region else "%(region)s"
                facts["place"] = region % {"region": place.in_words}
            yield Reason((yours if is_own_offer else words) % facts)

    def _subject(self) -> Iterator[Reason]:
        """Say what both are about. A focus area says less than its pillars and actions."""
        one, other = self.opportunity, self.other
        if self.action:
            words = _("Both serve this action:")
            yield Reason(words, self.action.public_words, self.action.language)
        if one.pillar and one.pillar_id == other.pillar_id:
            language = language_shown(one.pillar, "name")
            yield Reason(_("Both are about this pillar:"), one.pillar.name, language)
        elif one.focus_area_id == other.focus_area_id and not self.action:
            area = str(one.focus_area)
            yield Reason(_("Both belong to the focus area %(area)s.") % {"area": area})


def matchable() -> OpportunityQuerySet:
    """Return the needs and offers that are matched: open ones of members."""
    return Opportunity.objects.open().filter(is_shown_as_admitted("member__"))


def fitting(opportunity: Opportunity, *, at: datetime) -> OpportunityQuerySet:
    """Return all offers that fit a need, or all needs that fit an offer, in their order."""
    prefetch_related_objects([opportunity], "supports", "places")
    on, named = day_in_geneva(at), places_of(opportunity)
    if opportunity.is_need:
        reached = places_with({each.country for each in named if each.country}, on)
    else:
        reached = Q(country__in={code for each in named for code in _countries_of(each, on)})
    supports = Support.objects.filter(kind__in=support_kinds(opportunity))
    return (
        matchable()
        .filter(Exists(matchable().filter(pk=opportunity.pk)))
        .filter(Exists(supports.filter(opportunity=OuterRef("pk"))))
        .filter(Exists(Place.objects.filter(reached, opportunity=OuterRef("pk"))))
        .exclude(kind=opportunity.kind)
        .exclude(member=opportunity.member_id)
        .select_related("member", "focus_area", "pillar")
        .prefetch_related("supports", "places")
        .order_by(*_in_common(opportunity), "published_at", "pk")
    )


def _in_common(opportunity: Opportunity) -> list[Case]:
    values = {name: getattr(opportunity, name) for name in COMMON}
    return [
        Case(When(**{name: value}, then=0), default=1) for name, value in values.items() if value
    ]


def explained(opportunity: Opportunity, others: Iterable[Opportunity], at: datetime) -> list[Match]:
    """Return the matches with what fits a need or an offer."""
    found, key, on = list(others), opportunity.action, day_in_geneva(at)
    actions = actions_by_key({key} & {each.action for each in found})
    served = [actions.get(each.action) if each.action == key else None for each in found]
    return [Match(opportunity, *pair, on) for pair in zip(found, served, strict=True)]


def matches_of(opportunity: Opportunity, *, at: datetime, limit: int = MAX_SHOWN) -> list[Match]:
    """Return the matches of a need or an offer with what others offer or need."""
    return explained(opportunity, fitting(opportunity, at=at)[:limit], at)


def own_matches(reader: Reader, opportunity: Opportunity) -> list[Match]:
    """Return the matches with what the reader has, which is the `opportunity` of each."""
    own = fitting(opportunity, at=reader.at).filter(member__in=reader.members)[:MAX_SHOWN]
    found = explained(opportunity, own, reader.at)
    return [replace(each, opportunity=each.other, other=opportunity) for each in found]


def matches_for(reader: Reader, opportunity: Opportunity) -> dict[str, Any]:
    """Return the context of `_matches.html` for a member; nothing for other readers."""
    if not reader.people:
        return {}
    fits = fitting(opportunity, at=reader.at).exclude(member__in=reader.members)
    others = explained(opportunity, fits[:MAX_SHOWN], reader.at)
    is_own = reader.person_of(opportunity) is not None
    found = own_matches(reader, opportunity)

    def shown(named: Opportunity, reasons: list[Reason]) -> tuple[Opportunity, str, list[Reason]]:
        return named, reader.address("opportunity", named.reference), reasons

    return {
        "own_matches": [shown(each.opportunity, each.reasons(own=True)) for each in found],
        "other_matches": [shown(each.other, each.reasons(own=is_own)) for each in others],
        "contact_address": reader.address("contact", opportunity.reference),
    }


def places_with(countries: Collection[str], on: date) -> Q:
    """Return the condition of the places that contain one of some countries on a day."""
    groups = [each for each in CountryGroup if countries_in(each, on=on).intersection(countries)]
    regions = filter(None, map(region_of, countries))
    return Q(country__in=countries) | Q(region__in={*regions}) | Q(group__in=groups)


def _countries_of(where: Where, on: date) -> Collection[str]:
    if where.country:
        return {where.country}
    if where.region:
        return codes_in_region(where.region)
    return countries_in(CountryGroup(where.group), on=on)
