import uuid
from datetime import UTC, date, datetime, timedelta

import pytest
import recurring_ical_events
from django.utils.translation import override
from hypothesis import assume, given
from hypothesis import strategies as st
from icalendar import Calendar

from core.dates import all_day_range
from core.time_zones import known_zones
from focus_areas.models import FocusArea
from meetings.models import Meeting, MeetingKind, MeetingStatus
from meetings.services import ical
from meetings.services.ical import OwnEvent, write_calendar, write_meeting
from tests.factories import NOON, MeetingFactory
from tests.meetings.repeated import whole_days

ZONES = st.sampled_from(sorted(known_zones()))
INSTANTS = st.integers(min_value=0, max_value=60 * 365 * 24 * 60 * 60).map(
    lambda seconds: datetime(1980, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
)
# Text that a form accepts: without the control characters that no browser sends.
TEXTS = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=120)
PAGE = "https://portal.example/en/my/meetings/7/"
LINK = "https://meet.example.org/room?pwd=abc,def;x"


def meeting(**facts):
    return Meeting(
        **{
            "pk": 7,
            "uid": uuid.UUID("11111111-2222-3333-4444-555555555555"),
            "kind": MeetingKind.MEETING,
            "title": "Kick-off",
            "starts_at": NOON,
            "ends_at": NOON + timedelta(hours=1),
            "status": MeetingStatus.SCHEDULED,
            "changed_at": NOON - timedelta(days=1),
            **facts,
        }
    )


def write(*meetings, with_join_links=True, **more):
    return write_calendar(meetings, name="Ours", with_join_links=with_join_links, **more)


def read_back(*meetings, **more):
    return Calendar.from_ical(write(*meetings, **more))


def test_calendar_is_written_to_the_letter():
    content = write(
        meeting(
            focus_area=FocusArea(number=2),
            sequence=3,
            place="Room A, Geneva",
            join_link=LINK,
            agenda="1. Opening\n2. Draft",
            is_public=True,
        ),
        with_join_links=False,
    )

    assert content.decode().split("\r\n") == [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Partner2Connect//P2C portal//EN",
        "CALSCALE:GREGORIAN",
        "NAME:Ours",
        "X-WR-CALNAME:Ours",
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
        "X-PUBLISHED-TTL:PT1H",
        "BEGIN:VEVENT",
        "SUMMARY:Kick-off",
        "DTSTART:20211025T120000Z",
        "DTEND:20211025T130000Z",
        "DTSTAMP:20211024T120000Z",
        "UID:11111111-2222-3333-4444-555555555555",
        "SEQUENCE:3",
        "CATEGORIES:Empowering Communities,Meeting",
        "DESCRIPTION:1. Opening\\n2. Draft",
        "LAST-MODIFIED:20211024T120000Z",
        "LOCATION:Room A\\, Geneva",
        "STATUS:CONFIRMED",
        "TRANSP:OPAQUE",
        "URL:http://testserver/en/calendar/11111111-2222-3333-4444-555555555555/",
        "END:VEVENT",
        "END:VCALENDAR",
        "",
    ]


def test_same_meetings_give_the_same_bytes_and_others_or_another_reader_other_ones():
    facts = {"join_link": LINK, "focus_area": FocusArea(number=2)}
    others = [{"title": "B"}, {"place": "B"}, {"is_tentative": True}]

    written = [write(meeting(**facts, **more)) for more in ({}, {}, *others)]
    for language in ("en", "fr"):
        with override(language):
            written += [
                write(meeting(**facts, is_tentative=True), with_join_links=has_link)
                for has_link in (True, False)
            ]

    assert written[0] == written[1]
    # The last response of the others equals the one of the first reader.
    assert written[4] == written[5]
    assert len(set(written)) == len(written) - 2


def test_columns_of_a_feed_tell_what_is_in_it_and_when_anything_changed():
    Meeting.objects.all().delete()
    MeetingFactory(status=MeetingStatus.DRAFT, version=9, changed_at=NOON + timedelta(hours=3))
    MeetingFactory(version=2, changed_at=NOON)
    MeetingFactory(version=3, changed_at=NOON + timedelta(hours=1))
    columns = ical.feed_columns(Meeting.objects.scheduled_or_cancelled())

    row = FocusArea.objects.annotate(**columns).values(*columns).first()

    assert row == {
        "feed_size": 2,
        "feed_versions": 5,
        "feed_changed_at": NOON + timedelta(hours=1),
    }


def test_other_words_in_a_new_release_make_other_tags(monkeypatch):
    before = ical._manner_of_writing.__wrapped__("en")
    monkeypatch.setattr(ical, "REFRESH_EVERY", timedelta(hours=2))

    assert ical._manner_of_writing.__wrapped__("en") != before


def test_join_link_and_page_to_reply_are_for_those_who_are_admitted():
    own = {7: OwnEvent(page=PAGE)}
    told = meeting(join_link=LINK, agenda="1. Opening")
    [event] = read_back(told, own=own).events
    link = f"http://testserver/en/my/meetings/{told.uid}/join/"
    not_answered = [
        read_back(meeting(**facts), own=own).events[0]["DESCRIPTION"]
        for facts in ({"kind": MeetingKind.DEADLINE}, {"status": MeetingStatus.CANCELLED})
    ]

    assert not_answered == [f"Details and papers: {PAGE}"] * 2
    assert event["DESCRIPTION"] == (
        f"1. Opening\n\nJoin the meeting: {link}\n\nDetails, papers and your reply: {PAGE}"
    )
    assert (event["LOCATION"], event["URL"], event["CONFERENCE"]) == (link, PAGE, link)
    assert event["CONFERENCE"].params["FEATURE"] == ["AUDIO", "VIDEO"]


@pytest.mark.parametrize("is_public", [True, False])
def test_join_link_is_in_no_public_feed_and_of_no_use_once_cancelled(is_public):
    facts = {"is_public": True} if is_public else {"status": MeetingStatus.CANCELLED}

    content = write(meeting(join_link=LINK, **facts), with_join_links=not is_public)

    assert b"Kick-off" in content
    assert b"meet.example.org" not in content.replace(b"\r\n ", b"")
    assert b"CONFERENCE" not in content


@pytest.mark.parametrize(
    ("facts", "with_join_links", "is_told"),
    [
        ({"status": MeetingStatus.CANCELLED}, True, True),
        # The reason is never public, and that of another change is on the page.
        ({"status": MeetingStatus.CANCELLED}, False, False),
        ({}, True, False),
    ],
)
def test_feed_of_a_person_says_why_a_meeting_is_cancelled(facts, with_join_links, is_told):
    told = meeting(reason="The hall is closed.", agenda="1. Welcome", **facts)

    [event] = read_back(told, with_join_links=with_join_links).events

    words = "Reason: The hall is closed.\n\n1. Welcome" if is_told else "1. Welcome"
    assert event["DESCRIPTION"] == words


def test_calendar_names_the_page_that_says_the_same_and_a_private_meeting_none():
    calendar = read_back(meeting(), page="https://portal.example/en/calendar/")

    [event] = calendar.events
    assert calendar["URL"] == "https://portal.example/en/calendar/"
    assert "URL" not in event
    assert list(map(str, event["CATEGORIES"].cats)) == ["Whole coalition", "Meeting"]


CANCELLED = {"status": MeetingStatus.CANCELLED}


@pytest.mark.parametrize(
    ("facts", "own", "status", "summary", "transparency"),
    [
        ({}, {}, "CONFIRMED", "Kick-off", "OPAQUE"),
        ({"is_tentative": True}, {}, "TENTATIVE", "To be confirmed: Kick-off", "OPAQUE"),
        ({"is_all_day": True}, {}, "CONFIRMED", "Kick-off", "TRANSPARENT"),
        (
            {**CANCELLED, "is_tentative": True},
            {},
            "CANCELLED",
            "Cancelled: Kick-off",
            "TRANSPARENT",
        ),
        # The person's own answer.
        ({}, {"is_tentative": True}, "TENTATIVE", "Kick-off", "OPAQUE"),
        ({}, {"is_declined": True}, "CONFIRMED", "Declined: Kick-off", "TRANSPARENT"),
        (CANCELLED, {"is_declined": True}, "CANCELLED", "Cancelled: Kick-off", "TRANSPARENT"),
    ],
)
def test_status_is_said_twice_for_programs_that_show_it_once(
    facts, own, status, summary, transparency
):
    [event] = read_back(meeting(**facts), own={7: OwnEvent(**own)} if own else None).events

    assert (event["STATUS"], event["SUMMARY"]) == (status, summary)
    assert event["TRANSP"] == transparency


@pytest.mark.parametrize(
    ("days", "facts", "own", "expected"),
    [
        (False, {}, {"reminder": timedelta(minutes=10)}, ["-PT10M"]),
        (False, {}, {"reminder": timedelta(days=1)}, ["-P1D"]),
        (False, {}, {}, []),
        (False, {}, {"reminder": timedelta(hours=1), "is_declined": True}, []),
        (False, {"status": MeetingStatus.CANCELLED}, {"reminder": timedelta(hours=1)}, []),
        # At nine o'clock on the day before, and not in the night.
        (True, {}, {"reminder": timedelta(days=1)}, ["-PT15H"]),
        (True, {}, {"reminder": timedelta(hours=1)}, []),
    ],
)
def test_reminder_is_an_alarm_of_what_is_attended(days, facts, own, expected):
    one = meeting(**whole_days(date(2022, 6, 7), date(2022, 6, 7))) if days else meeting()
    one.status = facts.get("status", one.status)

    [event] = read_back(one, own={7: OwnEvent(**own)}).events

    alarms = event.walk("VALARM")
    assert [alarm["TRIGGER"].to_ical().decode() for alarm in alarms] == expected
    assert all((each["ACTION"], each["DESCRIPTION"]) == ("DISPLAY", "Kick-off") for each in alarms)


def test_stamp_of_an_event_is_the_later_of_its_change_and_the_persons():
    own = {7: OwnEvent(changed_at=NOON)}
    [event] = read_back(meeting(changed_at=NOON - timedelta(days=1)), own=own).events
    [changed] = read_back(meeting(changed_at=NOON + timedelta(days=1)), own=own).events

    assert (event["DTSTAMP"].dt, event["LAST-MODIFIED"].dt) == (NOON, NOON)
    assert changed["LAST-MODIFIED"].dt == NOON + timedelta(days=1)


OWN = st.builds(
    OwnEvent,
    page=st.sampled_from(["", PAGE]),
    is_declined=st.booleans(),
    is_tentative=st.booleans(),
    reminder=st.sampled_from([None, timedelta(minutes=10), timedelta(days=1)]),
)


@given(starts_at=INSTANTS, minutes=st.integers(1, 3000), zone=ZONES, own=OWN)
def test_instants_are_read_back_exactly_by_another_library(starts_at, minutes, zone, own):
    ends_at = starts_at + timedelta(minutes=minutes)
    one = meeting(starts_at=starts_at, ends_at=ends_at, time_zone=zone)
    content = write(one, own={7: own})
    calendar = Calendar.from_ical(content)
    # Read without any library, too.
    lines = content.decode().split("\r\n")
    read = [
        datetime.strptime(line.partition(":")[2], "%Y%m%dT%H%M%S%z")
        for line in lines
        if line.startswith(("DTSTART:", "DTEND:"))
    ]
    assert read == [starts_at, ends_at]

    [occurrence] = recurring_ical_events.of(calendar).between(
        starts_at - timedelta(days=2), ends_at + timedelta(days=2)
    )

    assert (occurrence.start, occurrence.end) == (starts_at, ends_at)


@given(
    first=st.dates(min_value=date(1990, 1, 1), max_value=date(2036, 1, 1)),
    length=st.integers(min_value=0, max_value=9),
    zone=ZONES,
)
def test_whole_days_are_read_back_as_dates_by_another_library(first, length, zone):
    last = first + timedelta(days=length)
    # A few islands crossed the date line and skipped a day.
    assume(all_day_range(first, first, zone)[1] > all_day_range(first, last, zone)[0])
    assume(all_day_range(last, last, zone)[0] < all_day_range(first, last, zone)[1])
    calendar = read_back(meeting(**whole_days(first, last, zone)))

    [occurrence] = recurring_ical_events.of(calendar).between(first, last + timedelta(days=1))

    assert (occurrence.start, occurrence.end) == (first, last + timedelta(days=1))


@given(title=TEXTS, place=TEXTS, agenda=TEXTS, is_all_day=st.booleans())
def test_calendar_is_what_the_library_makes_of_it(title, place, agenda, is_all_day):
    day = meeting(**whole_days(date(2022, 6, 7), date(2022, 6, 8)))
    day.title, day.place, day.agenda, day.is_all_day = title, place, agenda, is_all_day
    day.join_link = LINK

    content = write(day)

    assert Calendar.from_ical(content).to_ical() == content


@pytest.mark.parametrize("letter", ["a", "é", "語", "😀", "\\"])
def test_line_is_folded_where_the_library_folds_it(letter):
    begins = len("SUMMARY:")
    for octets in range(72, 78):
        title = letter * ((octets - begins) // len(letter.encode())) + "."

        content = write(meeting(title=title))

        assert Calendar.from_ical(content).to_ical() == content
        assert max(len(line) for line in content.split(b"\r\n")) <= 75


def test_single_meeting_is_the_event_of_the_feeds_published_and_stamped_when_it_is_written():
    one = meeting(sequence=3, is_public=True)
    [in_a_feed] = read_back(one, with_join_links=False).events

    calendar = Calendar.from_ical(write_meeting(one, with_join_links=False, at=NOON))

    [alone] = calendar.events
    assert calendar["METHOD"] == "PUBLISH"
    assert alone.pop("ORGANIZER") == "mailto:Partner2Connect@itu.int"
    assert (in_a_feed["DTSTAMP"].dt, alone["DTSTAMP"].dt) == (one.changed_at, NOON)
    alone["DTSTAMP"] = in_a_feed["DTSTAMP"]
    assert alone.to_ical() == in_a_feed.to_ical()
