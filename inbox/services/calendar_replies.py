"""The answers of calendar programs (RFC 5546, REPLY), and the app to which they are given.

What a stranger sent is read line by line. No library builds events of it: some expand recurrences
and time zones, and a rule may have any number of them.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from email.message import Message as Mail
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from icalendar.parser import Contentlines

from core.time_zones import known_zones
from inbox.services.parsing import content_of, parts
from outbox.services.return_addresses import ReturnAddress

# In characters and lines. Programs write one event, and perhaps a time zone.
MAX_LENGTH: Final = 64_000
MAX_LINES: Final = 1000
MAX_SEQUENCE: Final = 2**31 - 1
REPLY_RE: Final = re.compile(r"^METHOD:REPLY\s*$", re.MULTILINE | re.IGNORECASE)


@dataclass(frozen=True)
class CalendarReply:
    """What a calendar program says that its owner answered to one event.

    The ATTENDEE is left out, because anybody can write any address.
    """

    uid: UUID
    sequence: int
    # A value of PARTSTAT, such as ACCEPTED.
    partstat: str
    # The start that the program knows: a time, a whole day, or None if it cannot be understood.
    starts_at: datetime | date | None
    # The occurrence that it is about, in the same way; our events have none.
    has_occurrence: bool = False


@dataclass(frozen=True)
class InvitationSystem:
    """The app that invites people by mail.

    `reference` returns that of the person who is invited by an organiser, or nothing. `answer`
    records a reply, and returns in one word what became of it, without personal data.
    """

    reference: Callable[[ReturnAddress], str]
    answer: Callable[[ReturnAddress, CalendarReply, datetime], str]


INVITATION_SYSTEMS: Final[list[InvitationSystem]] = []


def register_invitations(system: InvitationSystem) -> None:
    """Let the mails to organisers of invitations reach the app that invited."""
    INVITATION_SYSTEMS.append(system)


def reference_of(organiser: ReturnAddress) -> str:
    """Return the reference of the member to whose person an organiser belongs, or nothing."""
    return next((found for each in INVITATION_SYSTEMS if (found := each.reference(organiser))), "")


def is_calendar_reply(mail: Mail) -> bool:
    """Return whether a mail has an answer of a calendar program."""
    return next(_replies(mail), None) is not None


def read_calendar_reply(mail: Mail) -> CalendarReply | None:
    """Return the answer in a mail; None if it cannot be understood, or is not about one event."""
    text = next(_replies(mail), "")
    if len(text) > MAX_LENGTH:
        return None
    try:
        return _read_event(text)
    except (ValueError, KeyError, IndexError, OverflowError):
        return None


def _replies(mail: Mail) -> Iterator[str]:
    for part in parts(mail, "text/calendar"):
        text = content_of(part)
        if str(part.get_param("method") or "").upper() == "REPLY" or REPLY_RE.search(text):
            yield text


def _read_event(text: str) -> CalendarReply | None:
    """Return what the only event says.

    Raises ValueError, KeyError and IndexError for what no program writes.
    """
    lines = Contentlines.from_ical(text)  # type: ignore[no-untyped-call]
    if len(lines) > MAX_LINES:
        return None
    properties: dict[str, list[tuple[dict[str, str], str]]] = {}
    inside: list[str] = []
    number = 0
    for line in lines:
        if not line:
            continue
        name, parameters, value = line.parts()
        name = name.upper()
        if name == "BEGIN":
            inside.append(value.upper())
            number += value.upper() in ("VEVENT", "VTODO", "VJOURNAL")
        elif name == "END":
            inside.pop()
        elif inside == ["VCALENDAR", "VEVENT"] or name == "METHOD":
            given = {key.upper(): str(each) for key, each in parameters.items()}
            properties.setdefault(name, []).append((given, value))
    if number != 1:
        return None
    [(_none, method)] = properties["METHOD"]
    [(_none, uid)] = properties["UID"]
    [(attendee, _address)] = properties["ATTENDEE"]
    [(_none, sequence)] = properties.get("SEQUENCE", [({}, "0")])
    [start] = properties.get("DTSTART", [({}, "")])
    if method.strip().upper() != "REPLY" or not 0 <= int(sequence) <= MAX_SEQUENCE:
        return None
    return CalendarReply(
        uid=UUID(uid.strip()),
        sequence=int(sequence),
        partstat=attendee.get("PARTSTAT", "").upper(),
        starts_at=_time_of(*start),
        has_occurrence="RECURRENCE-ID" in properties,
    )


def _time_of(parameters: dict[str, str], value: str) -> datetime | date | None:
    """Return a time; None for one of a time zone that only the program knows."""
    zone = parameters.get("TZID", "")
    try:
        if parameters.get("VALUE", "").upper() == "DATE":
            return datetime.strptime(value, "%Y%m%d").replace(tzinfo=UTC).date()
        if value.endswith("Z"):
            return datetime.strptime(value, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        if zone in known_zones():
            return datetime.strptime(value, "%Y%m%dT%H%M%S").replace(tzinfo=ZoneInfo(zone))
    except ValueError:
        pass
    return None
