"""Calendar feeds: meetings as iCalendar text (RFC 5545), and the HTTP responses."""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from copy import copy
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import product
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.cache import caches
from django.db.models import (
    Aggregate,
    Count,
    Exists,
    Max,
    OuterRef,
    Subquery,
    Sum,
    Value,
)
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.http import http_date, quote_etag
from django.utils.translation import get_language, to_locale
from django.utils.translation import gettext as _
from icalendar import Alarm, Calendar, Event, Parameters, vDDDTypes

from focus_areas.models import FOCUS_AREA_NAMES, FocusArea
from meetings.models import AgendaItem, Meeting, MeetingKind, MeetingQuerySet, MeetingStatus
from meetings.services.agenda import Agenda, TimedItem, agenda_in_words, agendas_of, in_words
from meetings.services.joining import join_address, public_join_address
from meetings.services.meeting_times import first_day, last_day
from meetings.services.sittings import (
    Groups,
    other_sittings,
    sittings_by_meeting,
    sittings_in_words,
)

# How often calendar programs should refresh a feed.
REFRESH_EVERY = timedelta(hours=1)
# Control characters, which iCalendar does not allow (RFC 5545, section 3.1), and other characters
# that some programs treat as the end of a line.
CONTROL_CHARACTERS = dict.fromkeys(
    [*range(0x09), 0x0B, 0x0C, *range(0x0E, 0x20), *range(0x7F, 0xA0), 0x2028, 0x2029], " "
)
CONFERENCE_PARAMS = Parameters({"VALUE": "URI", "FEATURE": ["AUDIO", "VIDEO"]})
ORGANIZER_PARAMS = {"CN": "Partner2Connect Digital Coalition"}


# Reminders of whole days: at nine o'clock on the day before, not at midnight.
REMINDER_OF_A_DAY = timedelta(hours=15)


@dataclass(frozen=True)
class OwnEvent:
    """How one meeting looks in the feed of one person."""

    # The address of the page of the meeting for this person.
    page: str = ""
    is_declined: bool = False
    is_tentative: bool = False
    # How long before the meeting the program reminds the person, if it does.
    reminder: timedelta | None = None
    # How often the person changed their answer, which SEQUENCE counts too.
    revision: int = 0
    # When the person last changed any of this.
    changed_at: datetime | None = None


AS_FOR_EVERYBODY = OwnEvent()


def write_calendar(
    meetings: Iterable[Meeting],
    *,
    name: str,
    with_join_links: bool,
    page: str = "",
    own: Mapping[int, OwnEvent] | None = None,
    agendas: Mapping[int, str] | None = None,
) -> bytes:
    """Return meetings, with their focus areas, as one calendar in the active language.

    The same meetings give the same bytes. A join link is an address of the portal; those of
    meetings that are not for everybody are only for admitted members. `page` is the address of a
    page that shows the same meetings (RFC 7986, section 5.5). `own` says by primary key how
    meetings look for the person whose feed it is. Without `agendas`, which are texts by primary
    key, they are read.
    """
    calendar = _empty_calendar()
    calendar.add("NAME", name)
    calendar.add("X-WR-CALNAME", name)
    calendar.add("REFRESH-INTERVAL", REFRESH_EVERY, parameters={"VALUE": "DURATION"})
    calendar.add("X-PUBLISHED-TTL", "PT1H")
    if page:
        calendar.add("URL", page)
    meetings, own = list(meetings), own or {}
    groups = sittings_by_meeting(meetings)
    if agendas is None:
        agendas = agendas_of(meetings)
    for meeting in meetings:
        mine = own.get(meeting.pk, AS_FOR_EVERYBODY)
        agenda = agendas.get(meeting.pk, "")
        event = _event(meeting, groups, mine, agenda, with_join_links=with_join_links)
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def write_meeting(
    meeting: Meeting,
    *,
    with_join_links: bool,
    at: datetime,
    sittings: Iterable[Meeting] = (),
    own: OwnEvent = AS_FOR_EVERYBODY,
) -> bytes:
    """Return one meeting as a file to import, which is not updated afterwards.

    `sittings` are its other sittings that the reader may see. `own` is how it looks in the reader's
    feed: programs take the file and the feed for one event, so SEQUENCE must be the same. The
    method is PUBLISH and not an invitation (RFC 5546, section 3.2.1): programs show an organizer
    and send no reply.
    """
    event = _event_of(meeting, sittings, own, with_join_links=with_join_links, at=at)
    event.add("ORGANIZER", f"mailto:{settings.MAIL_REPLY_TO}", parameters=ORGANIZER_PARAMS)
    return _with_method("PUBLISH", event)


@dataclass(frozen=True)
class Invitation:
    """Who invites to a meeting and who is invited, for a calendar program (RFC 5546)."""

    # The address to which the program of this one person answers.
    organiser: str
    address: str
    # What the person answered so far: a value of PARTSTAT.
    partstat: str = "NEEDS-ACTION"
    # Whether an answer is expected.
    is_asked: bool = True


def write_invitation(
    meeting: Meeting,
    invitation: Invitation,
    *,
    at: datetime,
    sittings: Iterable[Meeting] = (),
    own: OwnEvent = AS_FOR_EVERYBODY,
) -> bytes:
    """Return the invitation of one person to a meeting; of a cancelled one, its cancellation.

    It has the UID and the SEQUENCE of the feed, and no join link, because mails are forwarded. One
    invitation has one UID (RFC 5546, section 3.2.2), so each meeting of a series has its own.
    """
    event = _event_of(meeting, sittings, own, with_join_links=False, at=at)
    event.add("ORGANIZER", f"mailto:{invitation.organiser}", parameters=ORGANIZER_PARAMS)
    parameters = {
        "CUTYPE": "INDIVIDUAL",
        "ROLE": "REQ-PARTICIPANT",
        "PARTSTAT": invitation.partstat,
        "RSVP": "TRUE" if invitation.is_asked else "FALSE",
    }
    if meeting.status == MeetingStatus.CANCELLED:
        # Nobody is asked whether they come.
        del parameters["PARTSTAT"], parameters["RSVP"]
    event.add("ATTENDEE", f"mailto:{invitation.address}", parameters=parameters)
    return _with_method(method_of(meeting), event)


def method_of(meeting: Meeting) -> str:
    """Return the method of an invitation to a meeting, or of its cancellation."""
    return "CANCEL" if meeting.status == MeetingStatus.CANCELLED else "REQUEST"


def _event_of(
    meeting: Meeting,
    sittings: Iterable[Meeting],
    own: OwnEvent,
    *,
    with_join_links: bool,
    at: datetime,
) -> Event:
    """Return the event of a file with a method: DTSTAMP is the time of writing the file.

    See RFC 5545, section 3.8.7.2.
    """
    # In the order of time, as in a feed.
    together = sorted([meeting, *sittings], key=lambda each: (each.starts_at, each.pk))
    groups = sittings_by_meeting(together)
    agenda = agenda_in_words(meeting)
    event = _event(meeting, groups, own, agenda, with_join_links=with_join_links)
    event["DTSTAMP"] = vDDDTypes(at.astimezone(UTC))
    return event


def _with_method(method: str, event: Event) -> bytes:
    calendar = _empty_calendar()
    calendar.add("METHOD", method)
    calendar.add_component(event)
    return bytes(calendar.to_ical())


def write_notice(
    *, name: str, uid: str, day: date, title: str, text: str, page: str, at: datetime
) -> bytes:
    """Return a calendar with one event, on a whole day, that tells its reader something.

    `page` is the address where the reader can do something about it, and `at` the time since when
    the notice holds.
    """
    calendar = _empty_calendar()
    calendar.add("NAME", name)
    calendar.add("X-WR-CALNAME", name)
    event = Event()
    event.add("UID", uid)
    event.add("DTSTAMP", at.astimezone(UTC))
    event.add("SUMMARY", title)
    event.add("DESCRIPTION", text)
    event.add("DTSTART", day)
    event.add("DTEND", day + timedelta(days=1))
    event.add("TRANSP", "TRANSPARENT")
    event.add("URL", page)
    calendar.add_component(event)
    return bytes(calendar.to_ical())


def feed_columns(meetings: MeetingQuerySet) -> dict[str, Subquery]:
    """Return columns, for a query about another model, that change whenever a feed changes."""
    return {
        "feed_size": _alone(meetings, Count("pk")),
        "feed_versions": _alone(meetings, Sum("version")),
        "feed_changed_at": _alone(meetings, Max("changed_at")),
    }


def calendar_changed_at() -> Subquery:
    """Return a column with the time at which public meetings last changed.

    A meeting that was removed from a feed is no longer in the other columns, so this reads the
    history: the change that made it private counts, and none of its later ones.
    """
    history: Any = Meeting.history
    shown = history.filter(is_public=True).exclude(status=MeetingStatus.DRAFT)
    was_shown = Exists(shown.filter(id=OuterRef("id"), version=OuterRef("version") - 1))
    latest = (shown | history.filter(was_shown)).order_by("-changed_at")
    return Subquery(latest.values("changed_at")[:1])


def feed_state(row: Any) -> tuple[object, ...]:
    """Return the values of the columns of a feed, which change whenever the feed changes."""
    return (row.feed_size, row.feed_versions, row.feed_changed_at)


def feed_response(
    request: HttpRequest,
    write: Callable[[], bytes],
    *,
    state: tuple[object, ...],
    cache_control: str,
    changed_at: datetime | None = None,
) -> HttpResponseBase:
    """Return a calendar, or a 304 response if the program already has it.

    `state` is all that the feed depends on, except the language. Without `changed_at`, the ETag
    alone says whether it changed. A calendar is written only if it is sent, and at most once in a
    process.
    """
    language = get_language() or settings.LANGUAGE_CODE
    told = repr((_manner_of_writing(language), state))
    etag = quote_etag(hashlib.sha256(told.encode()).hexdigest())
    response = HttpResponse(content_type="text/calendar; charset=utf-8")
    response["ETag"] = etag
    response["Content-Language"] = to_locale(language).replace("_", "-")
    response["Cache-Control"] = cache_control
    last_modified = int(changed_at.timestamp()) if changed_at else None
    if last_modified:
        response["Last-Modified"] = http_date(last_modified)
    answer: HttpResponseBase | None = get_conditional_response(
        request, etag, last_modified, response
    )
    if answer is None or answer is response:
        response.content = caches["feeds"].get_or_set(etag, write)
        return response
    return answer


def meeting_response(
    meeting: Meeting,
    *,
    with_join_links: bool,
    at: datetime,
    sittings: Iterable[Meeting],
    own: OwnEvent = AS_FOR_EVERYBODY,
) -> HttpResponse:
    """Return one meeting as a file that calendar programs open."""
    return HttpResponse(
        write_meeting(meeting, with_join_links=with_join_links, at=at, sittings=sittings, own=own),
        content_type="text/calendar; charset=utf-8; method=PUBLISH",
        headers={"Content-Disposition": f'attachment; filename="{meeting.uid}.ics"'},
    )


def name_of_feed(area: FocusArea | None) -> str:
    """Return the name of the calendar of an area, or of the whole coalition."""
    if area is None:
        return _("Partner2Connect Digital Coalition")
    return _("Partner2Connect: %(area)s") % {"area": area.name}


def _empty_calendar() -> Calendar:
    calendar = Calendar()
    calendar.add("PRODID", "-//Partner2Connect//P2C portal//EN")
    calendar.add("VERSION", "2.0")
    calendar.add("CALSCALE", "GREGORIAN")
    return calendar


def _alone(meetings: MeetingQuerySet, aggregate: Aggregate) -> Subquery:
    """Return an aggregate over all the meetings, as a column of another query."""
    together = meetings.order_by().values(all=Value(1)).annotate(figure=aggregate)
    return Subquery(together.values("figure"))


@cache
def _manner_of_writing(language: str) -> str:
    """Return a value that changes when a release writes the same meetings differently.

    A new release may have other texts. People who have the old feed must then get the new one.
    `language` must be the active language.
    """
    areas = [None, *(FocusArea(number=number) for number in FOCUS_AREA_NAMES)]
    at = datetime(2022, 6, 7, tzinfo=UTC)
    specimens = [
        Meeting(
            pk=1,
            uid=UUID(int=0),
            title="-",
            focus_area=area,
            kind=kind,
            status=status,
            is_tentative=is_tentative,
            is_all_day=is_tentative,
            is_public=True,
            is_join_public=is_tentative,
            join_link="https://meet.example.org/",
            starts_at=at,
            ends_at=at + timedelta(days=1),
            reason="-",
            changed_at=at,
        )
        for area, kind, status, is_tentative in product(
            areas,
            MeetingKind.values,
            (MeetingStatus.SCHEDULED, MeetingStatus.CANCELLED),
            (False, True),
        )
    ]
    # Two sittings of one meeting; the other meetings have no sittings.
    for key, first in ((2, None), (3, 2)):
        sitting = copy(specimens[0])
        sitting.pk, sitting.sitting_of_id = key, first
        specimens.append(sitting)
    item = AgendaItem(title="-", minutes=1, speaker="-")
    agenda = in_words(specimens[0], Agenda([TimedItem(item, at, "-")], ""))
    own = OwnEvent(page="https://portal.example/", is_declined=True, reminder=timedelta(hours=1))
    undecided = OwnEvent(is_tentative=True, reminder=timedelta(days=1))
    written = [
        write_calendar(
            specimens,
            name="-",
            with_join_links=with_join_links,
            own={specimen.pk: mine for specimen in specimens},
            agendas={2: agenda},
        )
        for with_join_links, mine in ((False, AS_FOR_EVERYBODY), (True, own), (True, undecided))
    ]
    return hashlib.sha256(b"".join(written)).hexdigest()


def _event(
    meeting: Meeting, groups: Groups, own: OwnEvent, agenda: str, *, with_join_links: bool
) -> Event:
    """Return a meeting as an event. Times are in UTC, which all programs read the same way."""
    is_cancelled = meeting.status == MeetingStatus.CANCELLED
    join_link = join_address(meeting) if with_join_links else public_join_address(meeting)
    sittings = sittings_in_words(other_sittings(meeting, groups))
    changed_at = max(meeting.changed_at, own.changed_at or meeting.changed_at).astimezone(UTC)

    event = Event()
    event.add("UID", str(meeting.uid))
    event.add("SEQUENCE", meeting.sequence + own.revision)
    # In a feed, which has no method, both are the time of the last change.
    event.add("DTSTAMP", changed_at)
    event.add("LAST-MODIFIED", changed_at)
    # Without a LANGUAGE parameter: some programs show no title that has one.
    event.add("SUMMARY", _text(_summary(meeting, own)))
    if meeting.is_all_day:
        event.add("DTSTART", first_day(meeting))
        event.add("DTEND", last_day(meeting) + timedelta(days=1))
    else:
        event.add("DTSTART", meeting.starts_at.astimezone(UTC))
        event.add("DTEND", meeting.ends_at.astimezone(UTC))
    event.add("CATEGORIES", [meeting.area_name, str(MeetingKind(meeting.kind).label)])
    if join_link:
        # Programs that support it show a button (RFC 7986, section 5.11).
        event.add("CONFERENCE", join_link, parameters=CONFERENCE_PARAMS)
    # The reason is for those who are invited, as the join link.
    reason = meeting.reason if is_cancelled and with_join_links else ""
    if description := _description(meeting, reason, agenda, join_link, sittings, own.page):
        event.add("DESCRIPTION", _text(description))
    if place := meeting.place or join_link:
        event.add("LOCATION", _text(place))
    event.add("STATUS", _status(meeting, own))
    # Whole days, cancelled and declined meetings do not make a person busy.
    is_free = meeting.is_all_day or is_cancelled or own.is_declined
    event.add("TRANSP", "TRANSPARENT" if is_free else "OPAQUE")
    if address := own.page or _public_address(meeting):
        event.add("URL", address)
    if own.reminder and not (is_cancelled or own.is_declined):
        _add_reminder(event, own.reminder, is_all_day=meeting.is_all_day)
    return event


def _add_reminder(event: Event, before: timedelta, *, is_all_day: bool) -> None:
    """Add a reminder to an event. A whole day has one only if it is for the day before."""
    if is_all_day:
        if before < timedelta(days=1):
            return
        before = REMINDER_OF_A_DAY
    alarm = Alarm()
    alarm.add("ACTION", "DISPLAY")
    alarm.add("DESCRIPTION", event["SUMMARY"])
    alarm.add("TRIGGER", -before)
    event.add_component(alarm)


def _text(typed: str) -> str:
    return typed.translate(CONTROL_CHARACTERS)


def _status(meeting: Meeting, own: OwnEvent) -> str:
    if meeting.status == MeetingStatus.CANCELLED:
        return "CANCELLED"
    return "TENTATIVE" if meeting.is_tentative or own.is_tentative else "CONFIRMED"


def _summary(meeting: Meeting, own: OwnEvent) -> str:
    """Return the title, with the status as text because many programs do not show the status."""
    if meeting.status == MeetingStatus.CANCELLED:
        return _("Cancelled: %(title)s") % {"title": meeting.title}
    if own.is_declined:
        return _("Declined: %(title)s") % {"title": meeting.title}
    if meeting.is_tentative:
        return _("To be confirmed: %(title)s") % {"title": meeting.title}
    return meeting.title


def _description(
    meeting: Meeting,
    reason: str,
    agenda: str,
    join_link: str,
    sittings: Iterable[str],
    page: str,
) -> str:
    """Return why it is cancelled, the agenda and all links: many programs show nothing else."""
    parts = [_("Reason: %(reason)s") % {"reason": reason} if reason else ""]
    parts += [agenda, *sittings]
    if join_link:
        parts.append(_("Join the meeting: %(link)s") % {"link": join_link})
    if page:
        # A deadline is not answered, nor a meeting that is cancelled.
        is_answered = meeting.status == MeetingStatus.SCHEDULED and (
            meeting.kind != MeetingKind.DEADLINE
        )
        words = (
            _("Details, papers and your reply: %(link)s")
            if is_answered
            else _("Details and papers: %(link)s")
        )
        parts.append(words % {"link": page})
    return "\n\n".join(part for part in parts if part)


def _public_address(meeting: Meeting) -> str:
    """Return the address of the page that shows a public meeting."""
    if not meeting.is_public:
        return ""
    return settings.SITE_URL + reverse("meetings:meeting_page", args=[meeting.uid])
