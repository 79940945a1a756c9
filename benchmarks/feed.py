"""The calendar feed beside a plain build of the same bytes, and one that did not change.

The plain build writes the same lines with f-strings, escapes and folds them, and knows no
library: it fits the meetings of this measurement, and no others.
"""

import tempfile
import time
from datetime import UTC

from django.conf import settings
from django.core.cache import caches
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import override

from benchmarks.databases import filled, on_postgresql, on_sqlite
from benchmarks.figures import Table, median, milliseconds, ratio
from benchmarks.population import populate
from meetings.models import Meeting, MeetingStatus
from meetings.services import ical
from members.models import FocalPoint, MemberStatus
from members.services.private_links import LinkPurpose, token_for

NAME = "a feed of 500 meetings beside a plain build of its bytes, and one that did not change"

CALENDAR = "Partner2Connect Digital Coalition"


def measure(*, quick):
    """Measure the build in memory, then the answers on both databases."""
    turns = 5 if quick else 51
    for database, running in (("SQLite", on_sqlite), ("PostgreSQL", on_postgresql)):
        with (
            tempfile.TemporaryDirectory() as folder,
            running(folder) as named,
            filled(named("feed"), lambda: populate(100)),
            override("en"),
        ):
            if database == "SQLite":
                yield builds(list(Meeting.objects.all().for_a_feed()), turns)
            yield answers(database, turns)


def builds(meetings, turns):
    """Build the same bytes in each way, in turns."""
    ways = {
        "plain": lambda: plain(meetings),
        "portal": lambda: ours(meetings),
    }
    if ours(meetings) != plain(meetings):
        raise ValueError("The plain build is not the same.")
    times = {name: [] for name in ways}
    for _turn in range(turns):
        for name, build in ways.items():
            took, _content = timed(build)
            times[name].append(took)
    table = Table(
        f"A feed of {len(meetings)} meetings, {len(plain(meetings)):,} bytes",
        ("build", "to plain", "median"),
        goal="at most 5 times the plain build",
    )
    for name, each in times.items():
        table.add(name, ratio(median(each), median(times["plain"])), milliseconds(median(each)))
    return table


def ours(meetings):
    """Write the calendar as the portal does."""
    return ical.write_calendar(meetings, name=CALENDAR, with_join_links=True)


def answers(database, turns):
    """Ask for a private feed: the first after a change, the next, and one that has it."""
    focal_point = FocalPoint.objects.filter(member__status=MemberStatus.ADMITTED).earliest("pk")
    address = reverse("participation:private_feed", args=[token_for(focal_point, LinkPurpose.FEED)])
    client = Client(SERVER_NAME="localhost")
    tag = client.get(address)["ETag"]
    asked = {"written": {}, "sent again": {}, "unchanged": {"If-None-Match": tag}}
    times = {name: [] for name in asked}
    queries = {}
    for _turn in range(turns):
        caches["feeds"].clear()
        for name, headers in asked.items():
            with CaptureQueriesContext(connection) as queries[name]:
                took, _response = timed(
                    lambda headers=headers: client.get(address, headers=headers)
                )
            times[name].append(took)
    table = Table(
        f"A private feed on {database}",
        ("asked for", "queries", "median"),
        goal="one query or less where nothing changed",
    )
    for name in asked:
        table.add(name, len(queries[name]), milliseconds(median(times[name])))
    return table


def timed(build):
    """Return the seconds that something took, and what came of it."""
    began = time.perf_counter()
    built = build()
    return time.perf_counter() - began, built


def plain(meetings):
    """Write the same calendar without a library."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Partner2Connect//P2C portal//EN",
        "CALSCALE:GREGORIAN",
        f"NAME:{CALENDAR}",
        f"X-WR-CALNAME:{CALENDAR}",
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
        "X-PUBLISHED-TTL:PT1H",
    ]
    in_a_conference = "FEATURE=AUDIO,VIDEO;VALUE=URI"
    for meeting in meetings:
        is_cancelled = meeting.status == MeetingStatus.CANCELLED
        area = meeting.focus_area.name if meeting.focus_area else "Whole coalition"
        changed = stamp(meeting.changed_at)
        description = escaped(meeting.agenda)
        address = f"{settings.SITE_URL}/en/calendar/#meeting-{meeting.pk}" * meeting.is_public
        if not is_cancelled:
            description += f"\\n\\nJoin the meeting: {escaped(meeting.join_link)}"
            address = meeting.join_link
        lines += [
            "BEGIN:VEVENT",
            f"SUMMARY;LANGUAGE=en:{'Cancelled: ' * is_cancelled}{escaped(meeting.title)}",
            f"DTSTART:{stamp(meeting.starts_at)}",
            f"DTEND:{stamp(meeting.ends_at)}",
            f"DTSTAMP:{changed}",
            f"UID:{meeting.uid}",
            f"SEQUENCE:{meeting.sequence}",
            f"CATEGORIES:{escaped(area)},{escaped(meeting.get_kind_display())}",
            *([] if is_cancelled else [f"CONFERENCE;{in_a_conference}:{meeting.join_link}"]),
            f"DESCRIPTION:{description}",
            f"LAST-MODIFIED:{changed}",
            *([] if is_cancelled else [f"LOCATION:{escaped(meeting.join_link)}"]),
            f"STATUS:{'CANCELLED' if is_cancelled else 'CONFIRMED'}",
            f"TRANSP:{'TRANSPARENT' if is_cancelled else 'OPAQUE'}",
            *([f"URL:{address}"] if address else []),
            "END:VEVENT",
        ]
    lines.append("END:VCALENDAR")
    return "".join(f"{folded(line)}\r\n" for line in lines).encode()


def stamp(at):
    """Write an instant."""
    return at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def escaped(text):
    """Write a text."""
    return text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def folded(line):
    """Break a line of plain letters, as icalendar does: 74 of them, and a space before the next."""
    if len(line) <= 74:
        return line
    return "\r\n ".join(line[begin : begin + 74] for begin in range(0, len(line), 74))
