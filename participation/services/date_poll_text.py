"""The parts of mail and pages about a date poll, as text."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from core.dates import GENEVA, format_date, format_datetime_for, format_time, reader_zones
from outbox.services.rendering import escape_inline
from outbox.services.template_rendering import bidi_isolated
from participation.services.fair_hours import length_in_words


def dates_text(starts: Iterable[datetime], zone: str) -> str:
    """Return the dates as a list, in the time zone of a reader with Geneva beside."""
    return "\n".join(f"- {format_datetime_for(start, zone)}" for start in starts)


def date_and_geneva(start: datetime, zone: str) -> tuple[str, str]:
    """Return a date and hour in a time zone, and what Geneva has then; empty if it is the same."""
    local, there = (start.astimezone(ZoneInfo(each)) for each in (zone, GENEVA))
    words = _("%(day)s, %(time)s") % {"day": format_date(local), "time": format_time(local)}
    if len(reader_zones(start, zone)) == 1:
        return words, ""
    facts = {"day": format_date(there), "time": format_time(there)}
    if there.date() == local.date():
        return words, _("%(time)s Geneva") % facts
    return words, _("%(day)s, %(time)s Geneva") % facts


def deadline_text(answer_by: datetime, zone: str) -> str:
    """Return until when answers are asked for."""
    return format_datetime_for(answer_by, zone)


def length_text(length: timedelta, place: str) -> str:
    """Return how long a meeting lasts and where it takes place, as Markdown."""
    words = length_in_words(length)
    if not place:
        return _("%(length)s, online") % {"length": words}
    typed = bidi_isolated(escape_inline(place), get_language() or "en")
    return _("%(length)s, %(place)s") % {"length": words, "place": typed}


def links_text(links: Iterable[tuple[str, str]]) -> str:
    """Return buttons that lead to the answers, from pairs of an organisation and a link.

    The organisation is empty if the reader has only one.
    """
    return "\n".join(f"[{_button(organisation)}]({link})" for organisation, link in links)


def _button(organisation: str) -> str:
    if not organisation:
        return _("Say which dates suit you")
    typed = bidi_isolated(escape_inline(organisation), get_language() or "en")
    return _("Answer for %(organisation)s") % {"organisation": typed}
