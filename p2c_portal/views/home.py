"""The home page."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any, Final, NamedTuple

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from commitments.models import Commitment
from commitments.services.figures import Figures, register_figures
from commitments.services.register import newest
from commitments.services.result_of_the_month import result_of_the_month_shown
from commitments.services.results_in_words import result_shown
from commitments.services.summaries import summaries_without_money
from commitments.services.totals_in_words import totals_in_words
from core.dates import GENEVA, format_datetime
from core.languages import language_shown
from focus_areas.models import FocusArea, HomeSection, HomeSectionKind, Link
from meetings.models import Meeting, MeetingKind, MeetingStatus
from meetings.services.meeting_list import group_by_month
from members.models import Call
from members.services.co_leads import listed_co_leads
from members.services.countries import CountryGroup
from members.services.figures import Coverage, PublicFigures, public_figures
from members.services.world import countries_on_the_map, draw_world
from p2c_portal.drawing import draw_members

MAX_CO_LEADS: Final = 4
MAX_EVENTS: Final = 3
MAX_COMMITMENTS: Final = 3
MAX_LINKS: Final = 12
MAX_RESULTS: Final = 2
A_YEAR: Final = timedelta(days=365)
# Two of these sections may stand beside each other.
NARROW: Final = {
    HomeSectionKind.EVENTS,
    HomeSectionKind.COMMITMENTS,
    HomeSectionKind.BEFORE_YOU_START,
    HomeSectionKind.DOCUMENTS,
    HomeSectionKind.BENEFITS,
}

Context = Mapping[str, Any]


@dataclass(frozen=True)
class Row:
    """Two sections beside each other, or one that takes the whole width."""

    kinds: Sequence[HomeSectionKind]

    @property
    def is_divided(self) -> bool:
        return len(self.kinds) > 1

    @property
    def templates(self) -> list[str]:
        return [f"p2c_portal/home/_{kind}.html" for kind in self.kinds]


class CoLead(NamedTuple):
    """The name of a co-lead, and its public page."""

    slug: str
    organisation_name: str


@dataclass(frozen=True)
class AreaCard:
    """All that the page shows of a focus area."""

    number: int
    slug: str
    name: str
    summary: str
    # Of the summary.
    language: str
    members: int
    co_leads: Sequence[CoLead]


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show the coalition with the call, and then the sections that staff chose.

    Without an open call, the page says when the next one opens, or that the last one has closed.
    A section that has nothing to show is left out.
    """
    now = timezone.now()
    figures = public_figures(on=timezone.localdate(now))
    areas = [
        (area, figures.by_focus_area.get(area.pk, 0))
        for area in FocusArea.objects.order_by("number")
    ]
    context: dict[str, Any] = {
        **call_at(now),
        "as_of": format_datetime(now, GENEVA),
        "figures": figures,
        "areas": areas,
        "drawing": draw_members({area.number: members for area, members in areas}),
        # Two sections read them, once.
        "register": SimpleLazyObject(register_figures),
    }
    shown = []
    for section in HomeSection.objects.filter(is_shown=True).order_by("position", "pk"):
        kind = HomeSectionKind(section.kind)
        content = CONTENT[kind](context, now)
        if content is not None:
            shown.append(kind)
            context.update(content)
    return render(request, "p2c_portal/home.html", {**context, "rows": list(rows_of(shown))})


def rows_of(kinds: Sequence[HomeSectionKind]) -> Iterator[Row]:
    """Put two narrow sections that follow each other in one row, and each other one in its own."""
    for is_narrow, together in groupby(kinds, key=NARROW.__contains__):
        following, size = list(together), 2 if is_narrow else 1
        for first in range(0, len(following), size):
            yield Row(following[first : first + size])


def call_at(now: datetime) -> dict[str, object]:
    """Return the call to show, its state, and the date that matters in that state."""
    state, moment = "none", None
    if call := Call.objects.open_at(now).first():
        state = "in_grace" if call.is_in_grace_at(now) else "open"
        moment = call.last_moment_at(now)
    elif call := Call.objects.upcoming(now).first():
        state, moment = "to_come", call.opens_at
    elif call := Call.objects.closed(now).first():
        state, moment = "over", call.last_moment
    return {
        "call": call,
        "call_language": language_shown(call, "title") if call else "",
        "call_state": state,
        "moment": moment,
        "moment_in_words": format_datetime(moment, GENEVA) if moment else "",
        "contact": call.contact_email if call else settings.MAIL_REPLY_TO,
    }


def figures_section(context: Context, now: datetime) -> Context | None:
    """Return the figures of the coalition, once it has members.

    The results that most leads have reported come first, at most MAX_RESULTS. Together with the
    other figures there are four.
    """
    figures: PublicFigures = context["figures"]
    if not figures.admitted:
        return None
    reported = [each for each in context["register"].results.most_reported if each.sum.reporting]
    results = [result_shown(each) for each in reported[:MAX_RESULTS]]
    held = Meeting.objects.filter(
        status=MeetingStatus.SCHEDULED, starts_at__gt=now - A_YEAR, ends_at__lte=now
    ).exclude(kind=MeetingKind.DEADLINE)
    on_the_map = countries_on_the_map()
    return {
        "countries": Coverage(len(on_the_map & figures.by_country.keys()), len(on_the_map)),
        "least_developed": figures.with_member(CountryGroup.LDC, figures.on),
        "meetings_held": None if results else held.count(),
        "has_least_developed": len(results) < MAX_RESULTS,
        "results": results,
        "results_as_of": format_datetime(context["register"].as_of or now, GENEVA),
    }


def map_section(context: Context, now: datetime) -> Context | None:
    """Return the map, once there is a country to show on it."""
    figures: PublicFigures = context["figures"]
    if not figures.listed:
        return None
    least_developed = figures.with_member(CountryGroup.LDC, figures.on)
    return {
        "world": draw_world(figures.by_country, on=figures.on),
        "without_member": least_developed.countries - least_developed.with_member,
    }


def focus_areas_section(context: Context, now: datetime) -> Context:
    """Return the four focus areas with their members and co-leads."""
    co_leads = listed_co_leads(at_most=MAX_CO_LEADS)
    cards = [
        AreaCard(
            number=area.number,
            slug=area.slug,
            name=area.name,
            summary=area.summary,
            language=language_shown(area, "summary"),
            members=members,
            co_leads=[
                CoLead(member.slug, member.organisation_name)
                for member in co_leads.get(area.pk, [])
            ],
        )
        for area, members in context["areas"]
    ]
    return {
        "focus_areas": cards,
        "languages_of_areas": [card.language for card in cards],
        # The page keeps the list of the cards until one of their facts changes.
        "focus_areas_key": f"{get_language()} {cards}",
    }


def events_section(context: Context, now: datetime) -> Context | None:
    """Return the next public meetings that are not cancelled."""
    meetings = Meeting.objects.public().upcoming(now).exclude(status=MeetingStatus.CANCELLED)
    months = group_by_month(meetings.select_related("focus_area")[:MAX_EVENTS])
    return {"next_months": months} if months else None


def commitments_section(context: Context, now: datetime) -> Context | None:
    """Return the newest commitments, with the figures of the register."""
    shown = summaries_without_money(newest(MAX_COMMITMENTS))
    if not shown:
        return None
    figures: Figures = context["register"]
    return {
        "commitments": shown,
        "month": result_of_the_month_shown(on=timezone.localdate(now)),
        "commitment_count": Commitment.objects.public().count(),
        "money": totals_in_words(figures.everything.totals),
        "money_as_of": format_datetime(figures.as_of or now, GENEVA),
    }


def documents_section(context: Context, now: datetime) -> Context | None:
    """Return the published links."""
    links = [
        (link, language_shown(link, "title"), language_shown(link, "description"))
        for link in Link.objects.filter(is_published=True).order_by("position", "pk")[:MAX_LINKS]
    ]
    languages = [
        language
        for link, title_language, description_language in links
        for language in (title_language, description_language if link.description else "")
    ]
    return {"links": links, "languages_of_links": languages} if links else None


def text_section(context: Context, now: datetime) -> Context:
    """Return nothing: the template has the whole text."""
    return {}


CONTENT: Final[Mapping[HomeSectionKind, Callable[[Context, datetime], Context | None]]] = {
    HomeSectionKind.FIGURES: figures_section,
    HomeSectionKind.MAP: map_section,
    HomeSectionKind.FOCUS_AREAS: focus_areas_section,
    HomeSectionKind.EVENTS: events_section,
    HomeSectionKind.COMMITMENTS: commitments_section,
    HomeSectionKind.BEFORE_YOU_START: text_section,
    HomeSectionKind.DOCUMENTS: documents_section,
    HomeSectionKind.BENEFITS: text_section,
}
