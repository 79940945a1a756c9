import uuid
from datetime import UTC, date, datetime, timedelta
from zoneinfo import available_timezones

import pytest
import recurring_ical_events
from django.utils.translation import override
from hypothesis import assume, given
from hypothesis import strategies as st
from icalendar import Calendar

from core.dates import all_day_range
from focus_areas.models import FocusArea
from meetings.models import Meeting, MeetingKind, MeetingStatus
from meetings.services import ical
from meetings.services.ical import write_calendar, write_meeting
from tests.factories import NOON, MeetingFactory

ZONES = st.sampled_from(sorted(available_timezones()))
INSTANTS = st.integers(min_value=0, max_value=60 * 365 * 24 * 60 * 60).map(
    lambda seconds: datetime(1980, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
)
# What a form lets through: text without the control characters that no browser sends.
TEXTS = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=120)
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


def read_back(*meetings, with_join_links=True):
    content = write_calendar(meetings, name="Ours", with_join_links=with_join_links)
    return Calendar.from_ical(content)


def test_calendar_is_written_to_the_letter():
    area = FocusArea(number=2)
    content = write_calendar(
        [
            meeting(
                focus_area=area,
                sequence=3,
                place="Room A, Geneva",
                join_link=LINK,
                agenda="1. Opening\n2. Draft",
                is_public=True,
            )
        ],
        name="Partner2Connect: Empowering Communities",
        with_join_links=False,
    )

    assert content.decode().split("\r\n") == [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Partner2Connect//P2C portal//EN",
        "CALSCALE:GREGORIAN",
        "NAME:Partner2Connect: Empowering Communities",
        "X-WR-CALNAME:Partner2Connect: Empowering Communities",
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
        "X-PUBLISHED-TTL:PT1H",
        "BEGIN:VEVENT",
        "SUMMARY;LANGUAGE=en:Kick-off",
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
        "URL:http://testserver/en/calendar/#meeting-7",
        "END:VEVENT",
        "END:VCALENDAR",
        "",
    ]


def test_same_meetings_give_the_same_bytes():
    one = write_calendar([meeting()], name="Ours", with_join_links=True)

    assert write_calendar([meeting()], name="Ours", with_join_links=True) == one


@pytest.mark.parametrize("facts", [{"title": "B"}, {"place": "B"}, {"is_tentative": True}])
def test_meeting_that_says_something_else_is_written_anew(facts):
    one = write_calendar([meeting()], name="Ours", with_join_links=True)

    assert write_calendar([meeting(**facts)], name="Ours", with_join_links=True) != one


def test_meeting_is_written_anew_for_another_reader():
    facts = {"join_link": LINK, "focus_area": FocusArea(number=2), "is_tentative": True}
    written = []
    for language in ("en", "fr"):
        with override(language):
            written += [
                write_calendar([meeting(**facts)], name="Ours", with_join_links=with_join_links)
                for with_join_links in (True, False)
            ]

    assert len(set(written)) == 4


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
        "calendar_changed_at": NOON + timedelta(hours=3),
    }


def test_other_words_in_a_new_release_make_other_tags(monkeypatch):
    before = ical._manner_of_writing.__wrapped__("en")
    monkeypatch.setattr(ical, "REFRESH_EVERY", timedelta(hours=2))

    assert ical._manner_of_writing.__wrapped__("en") != before


def test_join_link_is_for_those_who_are_admitted():
    [event] = read_back(meeting(join_link=LINK, agenda="1. Opening")).events

    assert event["DESCRIPTION"] == f"1. Opening\n\nJoin the meeting: {LINK}"
    assert event["LOCATION"] == LINK
    assert event["URL"] == LINK


def test_join_link_is_of_no_use_once_the_meeting_is_cancelled():
    content = write_calendar(
        [meeting(join_link=LINK, status=MeetingStatus.CANCELLED)],
        name="Ours",
        with_join_links=True,
    )

    assert b"Cancelled: Kick-off" in content
    assert b"meet.example.org" not in content.replace(b"\r\n ", b"")


def test_join_link_is_in_no_public_feed():
    content = write_calendar(
        [meeting(join_link=LINK, is_public=True)], name="Ours", with_join_links=False
    )

    assert b"meet.example.org" not in content.replace(b"\r\n ", b"")


def test_private_meeting_has_no_public_address():
    [event] = read_back(meeting(is_public=False)).events

    assert "URL" not in event


@pytest.mark.parametrize(
    ("facts", "status", "summary"),
    [
        ({}, "CONFIRMED", "Kick-off"),
        ({"is_tentative": True}, "TENTATIVE", "To be confirmed: Kick-off"),
        ({"status": MeetingStatus.CANCELLED}, "CANCELLED", "Cancelled: Kick-off"),
        (
            {"status": MeetingStatus.CANCELLED, "is_tentative": True},
            "CANCELLED",
            "Cancelled: Kick-off",
        ),
    ],
)
def test_status_is_said_twice_for_programs_that_show_it_once(facts, status, summary):
    [event] = read_back(meeting(**facts)).events

    assert (event["STATUS"], event["SUMMARY"]) == (status, summary)


@pytest.mark.parametrize(
    ("facts", "transparency"),
    [
        ({}, "OPAQUE"),
        ({"status": MeetingStatus.CANCELLED}, "TRANSPARENT"),
        ({"is_all_day": True}, "TRANSPARENT"),
    ],
)
def test_whole_days_and_cancelled_meetings_leave_the_time_free(facts, transparency):
    [event] = read_back(meeting(**facts)).events

    assert event["TRANSP"] == transparency


def test_whole_days_are_dates_with_an_exclusive_end():
    starts_at, ends_at = all_day_range(date(2022, 6, 7), date(2022, 6, 9), "Africa/Kigali")
    kigali = meeting(
        starts_at=starts_at, ends_at=ends_at, time_zone="Africa/Kigali", is_all_day=True
    )

    content = write_calendar([kigali], name="Ours", with_join_links=False).decode()

    assert "DTSTART;VALUE=DATE:20220607\r\n" in content
    assert "DTEND;VALUE=DATE:20220610\r\n" in content


def test_day_of_25_hours_is_one_date():
    starts_at, ends_at = all_day_range(date(2021, 10, 31), date(2021, 10, 31), "Europe/Zurich")
    deadline = meeting(
        starts_at=starts_at, ends_at=ends_at, time_zone="Europe/Zurich", is_all_day=True
    )

    [event] = read_back(deadline).events

    assert (event.decoded("DTSTART"), event.decoded("DTEND")) == (
        date(2021, 10, 31),
        date(2021, 11, 1),
    )


def test_words_of_the_feed_follow_the_reader_and_the_title_its_author():
    with override("ar"):
        [event] = read_back(meeting(title="اجتماع", language="ar")).events

    assert event["SUMMARY"] == "اجتماع"
    assert event["SUMMARY"].params["LANGUAGE"] == "ar"


def test_whole_coalition_is_a_category():
    [event] = read_back(meeting(focus_area=None, kind=MeetingKind.DEADLINE)).events

    assert [str(category) for category in event["CATEGORIES"].cats] == [
        "Whole coalition",
        "Deadline",
    ]


@given(starts_at=INSTANTS, minutes=st.integers(1, 3000), zone=ZONES)
def test_instants_are_read_back_exactly_by_another_library(starts_at, minutes, zone):
    ends_at = starts_at + timedelta(minutes=minutes)
    calendar = read_back(meeting(starts_at=starts_at, ends_at=ends_at, time_zone=zone))

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
    starts_at, ends_at = all_day_range(first, last, zone)
    # A few islands changed sides of the date line and left out a day altogether.
    assume(all_day_range(first, first, zone)[1] > starts_at)
    assume(all_day_range(last, last, zone)[0] < ends_at)
    calendar = read_back(
        meeting(starts_at=starts_at, ends_at=ends_at, time_zone=zone, is_all_day=True)
    )

    [occurrence] = recurring_ical_events.of(calendar).between(first, last + timedelta(days=1))

    assert (occurrence.start, occurrence.end) == (first, last + timedelta(days=1))


@given(title=TEXTS, place=TEXTS, agenda=TEXTS)
def test_any_text_is_read_back_as_it_was(title, place, agenda):
    [event] = read_back(meeting(title=title, place=place, agenda=agenda)).events

    assert event["SUMMARY"] == title
    assert event.get("LOCATION", "") == place
    assert event.get("DESCRIPTION", "") == agenda


@given(title=TEXTS, place=TEXTS, agenda=TEXTS, is_all_day=st.booleans())
def test_calendar_is_what_the_library_makes_of_it(title, place, agenda, is_all_day):
    starts_at, ends_at = all_day_range(date(2022, 6, 7), date(2022, 6, 8), "Europe/Zurich")
    content = write_calendar(
        [
            meeting(
                title=title,
                place=place,
                agenda=agenda,
                starts_at=starts_at,
                ends_at=ends_at,
                is_all_day=is_all_day,
                join_link=LINK,
            )
        ],
        name="Ours",
        with_join_links=True,
    )

    assert Calendar.from_ical(content).to_ical() == content


@pytest.mark.parametrize("letter", ["a", "é", "語", "😀", "\\"])
@pytest.mark.parametrize("octets", range(72, 78))
def test_line_is_folded_where_the_library_folds_it(letter, octets):
    begins = len("SUMMARY;LANGUAGE=en:")
    title = letter * ((octets - begins) // len(letter.encode())) + "."

    content = write_calendar([meeting(title=title)], name="Ours", with_join_links=False)

    assert Calendar.from_ical(content).to_ical() == content


@given(title=TEXTS)
def test_no_line_is_longer_than_75_bytes(title):
    content = write_calendar([meeting(title=title)], name=title, with_join_links=False)

    assert max(len(line) for line in content.split(b"\r\n")) <= 75


def test_calendar_names_the_page_that_says_the_same():
    content = write_calendar(
        [], name="Ours", with_join_links=False, page="https://portal.example/en/calendar/"
    )

    assert Calendar.from_ical(content)["URL"] == "https://portal.example/en/calendar/"


def test_join_link_is_a_conference_for_programs_that_know_one():
    [event] = read_back(meeting(join_link=LINK)).events

    assert event["CONFERENCE"] == LINK
    assert event["CONFERENCE"].params["FEATURE"] == ["AUDIO", "VIDEO"]


def test_nobody_is_in_a_conference_without_a_link():
    content = write_calendar([meeting(join_link=LINK)], name="Ours", with_join_links=False)

    assert b"CONFERENCE" not in content


def test_single_meeting_is_published_and_invites_nobody():
    calendar = Calendar.from_ical(write_meeting(meeting(sequence=3), with_join_links=False))

    [event] = calendar.events
    assert calendar["METHOD"] == "PUBLISH"
    assert event["ORGANIZER"] == "mailto:Partner2Connect@itu.int"
    assert "ATTENDEE" not in event


def test_single_meeting_is_the_event_of_the_feeds():
    one = meeting(sequence=3, is_public=True)
    [in_a_feed] = read_back(one, with_join_links=False).events
    [alone] = Calendar.from_ical(write_meeting(one, with_join_links=False)).events

    alone.pop("ORGANIZER")

    assert alone.to_ical() == in_a_feed.to_ical()
