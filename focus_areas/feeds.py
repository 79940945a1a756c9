"""Calendar feeds: meetings as RFC 5545 text, and the answer to a program that asks for it."""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.http import http_date, quote_etag
from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from focus_areas.models import Meeting, MeetingStatus
from focus_areas.times import first_day, last_day

# How often a calendar program is asked to look again.
REFRESH_EVERY = timedelta(hours=1)


def write_calendar(meetings: Iterable[Meeting], *, name: str, with_join_links: bool) -> bytes:
    """Return meetings, with their focus areas, as one calendar in the reader's language.

    The same meetings give the same bytes. Join links are only for those who are admitted.
    """
    calendar = Calendar()
    calendar.add("PRODID", "-//Partner2Connect//P2C portal//EN")
    calendar.add("VERSION", "2.0")
    calendar.add("CALSCALE", "GREGORIAN")
    calendar.add("NAME", name)
    calendar.add("X-WR-CALNAME", name)
    calendar.add("REFRESH-INTERVAL", REFRESH_EVERY, parameters={"VALUE": "DURATION"})
    calendar.add("X-PUBLISHED-TTL", "PT1H")
    for meeting in meetings:
        calendar.add_component(_event(meeting, with_join_links=with_join_links))
    return bytes(calendar.to_ical())


def latest_change(meetings: Sequence[Meeting], *annotations: str) -> datetime | None:
    """Return the latest of some annotated instants, the same on every row; None without a row."""
    moments = (getattr(meeting, name) for meeting in meetings[:1] for name in annotations)
    return max((moment for moment in moments if moment), default=None)


def feed_response(
    request: HttpRequest,
    content: bytes,
    *,
    calendar_changed_at: datetime | None,
    cache_control: str,
) -> HttpResponseBase:
    """Answer with a calendar, or with 304 where the program that asks has it already.

    `calendar_changed_at` is when what the calendar is made of last changed, removals included.
    """
    etag = quote_etag(hashlib.sha256(content).hexdigest())
    response = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    response["ETag"] = etag
    response["Cache-Control"] = cache_control
    last_modified = int(calendar_changed_at.timestamp()) if calendar_changed_at else None
    if last_modified:
        response["Last-Modified"] = http_date(last_modified)
    return get_conditional_response(request, etag, last_modified, response) or response


def feed_addresses(slug: str) -> dict[str, str]:
    """Return the full address of a public feed, and the one that opens a calendar program."""
    address = settings.SITE_URL + reverse("focus_areas:public_feed", args=[slug])
    return {"feed_address": address, "webcal_address": webcal(address)}


def webcal(address: str) -> str:
    """Return a feed's address in the form that opens a person's calendar program."""
    return "webcal" + address[address.index("://") :]


def _event(meeting: Meeting, *, with_join_links: bool) -> Event:
    """Return one meeting. Instants are in UTC, which every program understands alike."""
    is_cancelled = meeting.status == MeetingStatus.CANCELLED
    join_link = meeting.usable_join_link if with_join_links else ""

    event = Event()
    event.add("UID", str(meeting.uid))
    event.add("DTSTAMP", _whole_second(meeting.changed_at))
    event.add("LAST-MODIFIED", _whole_second(meeting.changed_at))
    event.add("SEQUENCE", meeting.sequence)
    event.add("STATUS", _status(meeting))
    event.add("SUMMARY", _summary(meeting), parameters={"LANGUAGE": meeting.language})
    if meeting.is_all_day:
        event.add("DTSTART", first_day(meeting))
        event.add("DTEND", last_day(meeting) + timedelta(days=1))
    else:
        event.add("DTSTART", _whole_second(meeting.starts_at))
        event.add("DTEND", _whole_second(meeting.ends_at))
    # Whole days and what was called off leave a person's time free.
    is_free = meeting.is_all_day or is_cancelled
    event.add("TRANSP", "TRANSPARENT" if is_free else "OPAQUE")
    event.add("CATEGORIES", [meeting.area_name, meeting.get_kind_display()])
    if place := meeting.place or join_link:
        event.add("LOCATION", place)
    if description := _description(meeting, join_link):
        event.add("DESCRIPTION", description)
    if address := join_link or _public_address(meeting):
        event.add("URL", address)
    return event


def _whole_second(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(microsecond=0)


def _status(meeting: Meeting) -> str:
    if meeting.status == MeetingStatus.CANCELLED:
        return "CANCELLED"
    return "TENTATIVE" if meeting.is_tentative else "CONFIRMED"


def _summary(meeting: Meeting) -> str:
    """Return the title, with what many programs do not show of a status in words."""
    if meeting.status == MeetingStatus.CANCELLED:
        return _("Cancelled: %(title)s") % {"title": meeting.title}
    if meeting.is_tentative:
        return _("To be confirmed: %(title)s") % {"title": meeting.title}
    return meeting.title


def _description(meeting: Meeting, join_link: str) -> str:
    parts = [meeting.agenda]
    if join_link:
        parts.append(_("Join the meeting: %(link)s") % {"link": join_link})
    return "\n\n".join(part for part in parts if part)


def _public_address(meeting: Meeting) -> str:
    """Return where anybody can read of a public meeting."""
    if not meeting.is_public:
        return ""
    return f"{settings.SITE_URL}{reverse('focus_areas:calendar')}#meeting-{meeting.pk}"
