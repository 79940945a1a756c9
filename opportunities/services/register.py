"""The public list of needs and offers: its filters, tabs and figures, and the page of each.

The list and its files use `matching()`, so that they show the same rows.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.core.cache import caches
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery, TextChoices
from django.db.models.functions import Coalesce
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy

from core.languages import list_in_words, reads, with_commas
from core.numbers import GroupedNumber
from members.services.response_times import day_in_geneva
from members.services.search import words_of
from opportunities.models import (
    ENDED,
    Contact,
    ContactStatus,
    Opportunity,
    OpportunityKind,
    OpportunityQuerySet,
    OpportunityStatus,
    Place,
    Support,
)
from opportunities.services.content import places_of, support_kinds
from opportunities.services.matching import places_with

UNANSWERED_FOR: Final = timedelta(days=30)
# A list names so many places, and only counts more.
MAX_NAMED_PLACES: Final = 3
# The key in the cache of the number of published needs and offers.
PUBLISHED: Final = "published-opportunities"
OPEN: Final = Q(status=OpportunityStatus.OPEN)
NEED, OFFER = Q(kind=OpportunityKind.NEED), Q(kind=OpportunityKind.OFFER)
IS_ANSWERED: Final = Exists(Contact.objects.accepted().filter(opportunity=OuterRef("pk")))
# How many members offered help, or asked for what is offered, and did not take it back.
CONTACTS: Final = Coalesce(
    Subquery(
        Contact.objects.exclude(status=ContactStatus.WITHDRAWN)
        .filter(opportunity=OuterRef("pk"))
        .order_by()
        .values("opportunity")
        .annotate(number=Count("member", distinct=True))
        .values("number")
    ),
    0,
)


class Tab(TextChoices):
    """The views of the list."""

    NEEDS = "needs", _("Open needs")
    OFFERS = "offers", _("Open offers")
    UNANSWERED = "unanswered", _("Unanswered for 30 days")
    COMMITTED = "committed", _("Became a commitment")
    ENDED = "ended", pgettext_lazy("of needs and offers", "Ended otherwise")

    @property
    def is_open(self) -> bool:
        return self not in (Tab.COMMITTED, Tab.ENDED)


@dataclass(frozen=True)
class Row:
    """A need or an offer as a row of a list. `english` is empty for readers of its language."""

    opportunity: Opportunity
    where: str
    support: str
    waiting: str
    english: str
    contacts: str
    is_answered: bool


def condition_of(tab: str, at: datetime) -> Q:
    """Return what the needs and offers of a tab have in common."""
    return {
        Tab.NEEDS: OPEN & NEED,
        Tab.UNANSWERED: OPEN & NEED & Q(published_at__lte=at - UNANSWERED_FOR) & ~Q(IS_ANSWERED),
        Tab.OFFERS: OPEN & OFFER,
        Tab.COMMITTED: Q(status=OpportunityStatus.COMMITTED),
        Tab.ENDED: Q(status__in=ENDED) & ~Q(status=OpportunityStatus.COMMITTED),
    }[Tab(tab)]


def matching(filters: Mapping[str, Any], *, at: datetime) -> OpportunityQuerySet:
    """Return the public needs and offers that match all filters that are set.

    Those that wait longest come first. `filters` are the cleaned data of `RegisterForm`.
    """
    found = Opportunity.objects.public()
    for name, condition in CONDITIONS.items():
        if filters.get(name):
            found = found.filter(condition(filters[name], at))
    return found.order_by("published_at", "pk")


def in_tab(filters: Mapping[str, Any], tab: Tab, *, at: datetime) -> QuerySet[Opportunity]:
    """Return what a tab lists, with what its rows read. Ended ones begin with the newest."""
    order = ("published_at", "pk") if tab.is_open else ("-ended_at", "-pk")
    return with_rows(matching({**filters, "show": tab}, at=at).order_by(*order))


def with_rows(opportunities: QuerySet[Opportunity]) -> QuerySet[Opportunity]:
    """Return needs and offers with what their rows read."""
    return (
        opportunities.select_related("member", "focus_area", "commitment")
        .prefetch_related("supports", "places")
        .annotate(contact_count=CONTACTS, is_answered=IS_ANSWERED)
    )


def rows_of(opportunities: Iterable[Any], *, at: datetime) -> list[Row]:
    """Return the rows of needs and offers from `with_rows()`."""
    return [
        Row(
            opportunity=each,
            where=capfirst(_places(each)),
            support=with_commas(kind.label for kind in support_kinds(each)),
            waiting=_days(each.waiting_days(at)),
            english="" if reads(each.language) else each.title_en,
            contacts=_contacts(each),
            is_answered=each.is_answered,
        )
        for each in opportunities
    ]


def count_by_tab(filters: Mapping[str, Any], *, at: datetime) -> dict[Tab, int]:
    """Return the number of needs and offers of each tab that match the filters, in one query."""
    counts = {tab.value: Count("pk", filter=condition_of(tab, at)) for tab in Tab}
    found = matching({**filters, "show": ""}, at=at).order_by().aggregate(**counts)
    return {tab: found[tab] for tab in Tab}


def figures(*, at: datetime) -> dict[str, int]:
    """Return the figures of the whole list, in two queries."""
    needs = Place.objects.filter(opportunity__in=Opportunity.objects.open().needs())
    return {
        "countries": needs.aggregate(number=Count("country", distinct=True))["number"],
        **Opportunity.objects.public().aggregate(
            needs=Count("pk", filter=condition_of(Tab.NEEDS, at)),
            unanswered=Count("pk", filter=condition_of(Tab.UNANSWERED, at)),
            offers=Count("pk", filter=condition_of(Tab.OFFERS, at)),
            members=Count("member", distinct=True, filter=condition_of(Tab.OFFERS, at)),
            commitments=Count("commitment", distinct=True),
        ),
    }


def are_shown() -> bool:
    """Return whether so many were published that the main links lead to them.

    Each process counts them once a minute.
    """
    number: int = caches["calls"].get_or_set(PUBLISHED, Opportunity.objects.public().count) or 0
    shown_from: int = settings.OPPORTUNITIES_SHOWN_FROM
    return number >= shown_from


def _places(opportunity: Opportunity) -> str:
    names = [where.in_words for where in places_of(opportunity)]
    if len(names) <= MAX_NAMED_PLACES:
        return list_in_words(names)
    more = len(names) - MAX_NAMED_PLACES
    words = ngettext("%(places)s and %(number)d more", "%(places)s and %(number)d more", more)
    return words % {"places": with_commas(names[:MAX_NAMED_PLACES]), "number": more}


def _days(days: int) -> str:
    number = GroupedNumber(days)
    return ngettext("%(number)s day", "%(number)s days", number) % {"number": number}


def _contacts(opportunity: Any) -> str:
    number = opportunity.contact_count
    if not number:
        return ""
    words = (
        ngettext("%(number)d offer of help", "%(number)d offers of help", number)
        if opportunity.is_need
        else ngettext("%(number)d member asked", "%(number)d members asked", number)
    )
    return words % {"number": number}


def _has_words(typed: str, _at: datetime) -> Q:
    condition = Q()
    for word in words_of(typed):
        condition &= Q(search_text__contains=word) | Q(member__search_text__contains=word)
    return condition


def _is_in(country: str, at: datetime) -> Q:
    """Return the condition of the country, or of an offer of its region or of one of its groups."""
    places = Place.objects.filter(places_with([country], day_in_geneva(at)))
    return Q(pk__in=places.values("opportunity"))


def _has_support(kind: str, _at: datetime) -> Q:
    return Q(pk__in=Support.objects.filter(kind=kind).values("opportunity"))


CONDITIONS: Final[Mapping[str, Callable[[Any, datetime], Q]]] = {
    "q": _has_words,
    "country": _is_in,
    "support": _has_support,
    "area": lambda slug, _at: Q(focus_area__slug=slug),
    "pillar": lambda pillar, _at: Q(pillar=pillar),
    "show": condition_of,
}
