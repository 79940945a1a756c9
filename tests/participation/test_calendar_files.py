"""Notices bring the meetings as a calendar file, to those who want it and use no feed."""

from datetime import UTC, datetime, timedelta

import pytest
import vobject
from django.db import connection
from django.test.utils import CaptureQueriesContext
from icalendar import Calendar

from meetings.models import Meeting
from meetings.services.ical import write_calendar
from meetings.services.meetings import cancel_meeting
from members.models import Member
from members.services.letters.resend import resend
from outbox.models import Message, MessageStatus
from outbox.services.delivery import compose
from participation.models import FeedReminder, RsvpChoice
from participation.services.notices import send_notices
from tests.factories import (
    NOON,
    CalendarFeedFactory,
    MailPreferencesFactory,
    UserFactory,
)
from tests.participation.group import feed_of
from tests.participation.notices import (
    DAY,
    HOUR,
    MINUTE,
    SETTLED,
    THEN,
    changed,
    moved,
    told_meeting,
)
from tests.participation.people import LINK, account_of, focal_point_in
from tests.participation.sittings import answered

pytestmark = pytest.mark.django_db


@pytest.fixture
def wanting(focal_point):
    """The focal point, who wants calendar files."""
    MailPreferencesFactory(user=account_of(focal_point), calendar_files=True)
    return focal_point


def file_in(message):
    """The calendar file of a message as its recipient gets it."""
    [part] = [
        part
        for part in compose(message).message().walk()
        if part.get_content_type() == "text/calendar"
    ]
    return part


def by_vobject(content):
    """Read events with vobject, whose parser is its own."""
    events = vobject.readOne(content.decode()).vevent_list
    return {
        event.uid.value: (
            event.dtstart.value,
            event.dtend.value,
            int(event.sequence.value),
            event.status.value,
        )
        for event in events
    }


def by_icalendar(content):
    """Read events with icalendar."""
    return {
        str(event["UID"]): (event.start, event.end, event["SEQUENCE"], str(event["STATUS"]))
        for event in Calendar.from_ical(content).events
    }


def test_file_agrees_with_the_feed_on_every_instant_by_two_readers(area, wanting):
    zones = ("Africa/Nairobi", "America/St_Johns", "Asia/Kathmandu", "Europe/Zurich")
    # Over the end of summer time in Europe.
    start = datetime(2021, 10, 30, 22, 30, tzinfo=UTC)
    meetings = [
        told_meeting(area, starts_at=start + number * 50 * HOUR, time_zone=zone, title=f"Ça {zone}")
        for number, zone in enumerate(zones)
    ]
    for meeting in meetings[:3]:
        moved(meeting, to=meeting.starts_at + timedelta(minutes=45))
    cancel_meeting(meeting=meetings[3], by=None, at=NOON, reason="Holiday")

    send_notices(at=SETTLED)

    part = file_in(Message.objects.get())
    content = part.get_payload(decode=True)
    feed = write_calendar(Meeting.objects.for_a_feed(), name="-", with_join_links=True)
    assert by_vobject(content) == by_icalendar(content) == by_vobject(feed) == by_icalendar(feed)
    assert [event[2:] for event in by_vobject(content).values()] == [(1, "CONFIRMED")] * 3 + [
        (1, "CANCELLED")
    ]
    assert (part.get_param("method"), part.get_filename()) == ("PUBLISH", "meetings.ics")
    assert b"METHOD:PUBLISH" in content
    assert LINK.encode() not in content
    assert b"ATTENDEE" not in content


def lines_of(content):
    """The text of each event, but for what a file with a method has for itself."""
    events = Calendar.from_ical(content).events
    for event in events:
        del event["DTSTAMP"]
        event.pop("ORGANIZER", None)
    return {str(event["UID"]): event.to_ical().decode().splitlines() for event in events}


@pytest.mark.parametrize("choice", [RsvpChoice.NO, RsvpChoice.REMOTE])
def test_event_in_the_file_is_that_of_the_feed_after_an_answer(
    client, area, other_area, wanting, choice
):
    reminder = {"reminder": FeedReminder.DAY, "changed_at": NOON - HOUR}
    CalendarFeedFactory(user=account_of(wanting), fetched_on=None, **reminder)
    # Without a join link, which only the feed has; and not over when the feed is read.
    start = NOON + 30 * 365 * DAY
    facts = {"join_link": "", "starts_at": start}
    dialogue, cancelled, chosen, undecided = (told_meeting(area, **facts) for _number in range(4))
    later = {**facts, "starts_at": start + 8 * HOUR}
    told_meeting(area, sitting_of=chosen, **later)
    told_meeting(area, sitting_of=undecided, **later)
    # Another role at the address, which has left the group since it answered.
    former = focal_point_in(area, email=wanting.email)
    answered(dialogue, former)
    Member.objects.filter(pk=former.member_id).update(focus_area=other_area)
    answered(dialogue, wanting, RsvpChoice.YES)
    answered(dialogue, wanting, choice, at=NOON + MINUTE)
    answered(chosen, wanting)
    for meeting in (dialogue, chosen, undecided):
        changed(meeting, place="Kigali")
    cancel_meeting(meeting=cancelled, by=None, at=NOON)

    send_notices(at=SETTLED)

    file = lines_of(file_in(Message.objects.get()).get_payload(decode=True))
    feed = lines_of(client.get(feed_of(wanting)).content)
    told = [str(meeting.uid) for meeting in (dialogue, cancelled, chosen, undecided)]
    assert file == {uid: feed[uid] for uid in told}
    assert "SEQUENCE:4" in file[told[0]]


def files_for(number, area):
    """The number of queries for notices to several people who answered and want files."""
    meeting = told_meeting(area)
    for _number in range(number):
        person = focal_point_in(area)
        MailPreferencesFactory(user=account_of(person), calendar_files=True)
        CalendarFeedFactory(user=account_of(person), fetched_on=None)
        answered(meeting, person)
    changed(meeting, place="Kigali")
    with CaptureQueriesContext(connection) as queries:
        assert send_notices(at=SETTLED) == number
    assert not Message.objects.filter(attachment="").exists()
    Message.objects.all().delete()
    return len(queries)


def test_files_for_nine_take_as_many_queries_as_for_one(area, other_area):
    assert files_for(1, area) == files_for(9, other_area)


def test_file_comes_only_to_who_wants_it_and_uses_no_feed(area, wanting):
    others = [focal_point_in(area) for _number in range(2)]
    for person, fetched in zip(others, (NOON - DAY, NOON - 60 * DAY), strict=True):
        MailPreferencesFactory(user=account_of(person), calendar_files=True)
        CalendarFeedFactory(user=account_of(person), fetched_on=fetched.date())
    focal_point_in(area)
    moved(told_meeting(area))

    assert send_notices(at=SETTLED) == 4

    with_file = Message.objects.exclude(attachment="").values_list("recipient", flat=True)
    assert set(with_file) == {wanting.email, others[1].email}


def test_meeting_that_left_the_group_is_cancelled_in_the_file(area, other_area, wanting):
    changed(told_meeting(area), focus_area=other_area)

    send_notices(at=SETTLED)

    content = file_in(Message.objects.get()).get_payload(decode=True)
    [event] = by_vobject(content).values()
    assert event == (THEN, THEN + HOUR, 0, "CANCELLED")
    assert b"/my/meetings/" not in content


def test_file_is_sent_again_with_its_message_but_without_the_links_of_its_reader(area, wanting):
    moved(told_meeting(area))
    send_notices(at=SETTLED)
    Message.objects.update(status=MessageStatus.FAILED)
    failed = Message.objects.get()

    again = resend(message=failed, times=0, by=UserFactory(), at=SETTLED)

    assert file_in(again).get_payload() == file_in(failed).get_payload()
    assert again.conversations == failed.conversations
    # The reader's own links cannot be sent again.
    words = ("New time:", "private link", "/reply/")
    assert [each in compose(again).body for each in words] == [True, False, False]
