"""Notices invite, by one event of the feed in each mail, the people who chose invitations."""

from datetime import UTC, datetime, timedelta

import pytest
import vobject
from django.db import connection
from django.test.utils import CaptureQueriesContext
from icalendar import Calendar

from meetings.models import Meeting, MeetingKind
from meetings.services.ical import write_calendar
from meetings.services.meetings import cancel_meeting, put_back_meeting
from members.models import Member
from members.services.letters.resend import resend
from outbox.models import Message, MessageStatus
from outbox.services.delivery import compose
from participation.models import CalendarChoice, RsvpChoice
from participation.services.notices import send_notices
from tests.factories import NOON, MailPreferencesFactory, UserFactory
from tests.participation.group import feed_of
from tests.participation.invitations import calendar_in, event_in, invited, organiser_of
from tests.participation.notices import (
    DAY,
    HOUR,
    MINUTE,
    SETTLED,
    THEN,
    changed,
    moved,
    told_meeting,
    told_series,
)
from tests.participation.people import LINK, account_of, focal_point_in, meeting_of
from tests.participation.sittings import answered

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("mailbox")]


@pytest.fixture
def wanting(focal_point):
    """The focal point, who chose invitations."""
    invited(focal_point)
    return focal_point


def by_vobject(content):
    """Read events with vobject, whose parser is its own."""
    return {
        event.uid.value: (
            event.dtstart.value,
            event.dtend.value,
            int(event.sequence.value),
            event.status.value,
        )
        for event in vobject.readOne(content.decode()).vevent_list
    }


def by_icalendar(content):
    """Read events with icalendar."""
    return {
        str(event["UID"]): (event.start, event.end, event["SEQUENCE"], str(event["STATUS"]))
        for event in Calendar.from_ical(content).events
    }


def contents():
    """The calendars of all messages."""
    return [calendar_in(each).get_payload(decode=True) for each in Message.objects.order_by("pk")]


def together(read):
    """The events of all messages, as a reader finds them."""
    return {uid: event for content in contents() for uid, event in read(content).items()}


def test_invitations_agree_with_the_feed_on_every_instant_by_two_readers(area, wanting):
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

    assert send_notices(at=SETTLED) == 4

    feed = write_calendar(Meeting.objects.for_a_feed(), name="-", with_join_links=True)
    read = together(by_vobject)
    assert read == together(by_icalendar) == by_vobject(feed) == by_icalendar(feed)
    assert (
        sorted(event[2:] for event in read.values()) == [(1, "CANCELLED")] + [(1, "CONFIRMED")] * 3
    )
    assert all(LINK.encode() not in content for content in contents())


# What RFC 5546 (sections 3.2.2 and 3.2.5) asks of an event, and what it forbids.
NEEDED = {
    "REQUEST": {"ATTENDEE", "DTSTAMP", "DTSTART", "ORGANIZER", "SUMMARY", "UID"},
    "CANCEL": {"DTSTAMP", "ORGANIZER", "SEQUENCE", "UID"},
}
FORBIDDEN = {"REQUEST-STATUS", "RRULE", "RDATE", "EXDATE", "RECURRENCE-ID", "CONFERENCE"}


def test_series_with_exceptions_is_one_correct_invitation_for_each_meeting(area, wanting):
    first, second, third, fourth = told_series(area, 4)
    moved(first, to=first.starts_at + HOUR)
    moved(second, to=second.starts_at + DAY)
    changed(third, place="Kigali")
    cancel_meeting(meeting=fourth, by=None, at=NOON)
    send_notices(at=SETTLED)
    put_back_meeting(meeting=fourth, by=None, at=SETTLED)
    cancel_meeting(meeting=second, by=None, at=SETTLED)
    send_notices(at=SETTLED + HOUR)

    found = [event_in(message) for message in Message.objects.order_by("pk")]

    kinds = [(str(event["UID"]), method, event["SEQUENCE"]) for method, event in found]
    uids = [str(each.uid) for each in (first, second, third, fourth)]
    assert sorted(kinds[:4]) == sorted(
        zip(uids, ["REQUEST"] * 3 + ["CANCEL"], [1] * 4, strict=True)
    )
    assert sorted(kinds[4:]) == sorted([(uids[3], "REQUEST", 2), (uids[1], "CANCEL", 2)])
    for method, event in found:
        assert NEEDED[method] <= set(event)
        assert not FORBIDDEN & set(event)
        assert (event["STATUS"] == "CANCELLED") == (method == "CANCEL")
        assert str(event["ATTENDEE"]) == f"mailto:{wanting.email}"
    [organiser] = {str(event["ORGANIZER"]) for _method, event in found}
    assert organiser == f"mailto:{organiser_of(wanting)}"
    assert organiser.startswith("mailto:meet+")


def test_event_in_the_invitation_is_that_of_the_feed_after_answers_in_two_roles(
    client, area, other_area, wanting
):
    # Without a join link, which only the feed has.
    facts = {"join_link": "", "starts_at": NOON + 30 * 365 * DAY}
    dialogue, chosen, undecided = (told_meeting(area, **facts) for _number in range(3))
    later = {**facts, "starts_at": facts["starts_at"] + 8 * HOUR}
    told_meeting(area, sitting_of=chosen, **later)
    told_meeting(area, sitting_of=undecided, **later)
    # Another role at the address, which has left the group since it answered.
    former = focal_point_in(area, email=wanting.email)
    answered(dialogue, former)
    Member.objects.filter(pk=former.member_id).update(focus_area=other_area)
    answered(dialogue, wanting, RsvpChoice.YES)
    answered(dialogue, wanting, RsvpChoice.REMOTE, at=NOON + MINUTE)
    answered(chosen, wanting)
    # Without the cancellation of the other sitting, which the feed leaves out.
    Message.objects.all().delete()
    for meeting in (dialogue, chosen, undecided):
        changed(meeting, place="Kigali")
    send_notices(at=SETTLED)

    preferences = account_of(wanting).mail_preferences
    preferences.calendar = CalendarChoice.FEED
    preferences.save()
    feed = Calendar.from_ical(client.get(feed_of(wanting)).content)

    for message in Message.objects.all():
        _method, event = event_in(message)
        [same] = [each for each in feed.events if each["UID"] == event["UID"]]
        for name in ("DTSTAMP", "ORGANIZER", "ATTENDEE"):
            event.pop(name)
            same.pop(name, None)
        assert event.to_ical() == same.to_ical()


@pytest.mark.parametrize(
    ("choice", "partstat", "asks"),
    [
        (None, "NEEDS-ACTION", "TRUE"),
        (RsvpChoice.YES, "ACCEPTED", "FALSE"),
        (RsvpChoice.REMOTE, "ACCEPTED", "FALSE"),
        (RsvpChoice.NO, "DECLINED", "FALSE"),
    ],
)
def test_invitation_asks_only_who_has_not_answered(area, wanting, choice, partstat, asks):
    meeting = told_meeting(area)
    if choice:
        answered(meeting, wanting, choice)
    changed(meeting, place="Kigali")

    send_notices(at=SETTLED)

    _method, event = event_in(Message.objects.get())
    assert event["ATTENDEE"].params["PARTSTAT"] == partstat
    assert event["ATTENDEE"].params["RSVP"] == asks
    assert event["SUMMARY"] == meeting.title


def test_invitation_asks_again_for_a_new_start_and_never_for_a_deadline(area, wanting):
    meeting = told_meeting(area)
    answered(meeting, wanting)
    deadline = told_meeting(area, kind=MeetingKind.DEADLINE)
    moved(meeting)
    moved(deadline, to=THEN + 2 * DAY)

    send_notices(at=SETTLED)

    events = [event_in(message)[1] for message in Message.objects.all()]
    asks = {str(each["UID"]): each["ATTENDEE"].params for each in events}
    assert dict(asks[str(meeting.uid)])["PARTSTAT"] == "NEEDS-ACTION"
    assert asks[str(meeting.uid)]["RSVP"] == "TRUE"
    assert asks[str(deadline.uid)]["RSVP"] == "FALSE"


def test_meeting_that_left_the_group_is_cancelled_and_comes_back_with_a_higher_sequence(
    area, other_area, wanting
):
    meeting = told_meeting(area)
    changed(meeting, focus_area=other_area)
    send_notices(at=SETTLED)
    changed(meeting, focus_area=area, at=SETTLED)
    send_notices(at=SETTLED + HOUR)

    first, second = (event_in(message) for message in Message.objects.order_by("pk"))

    assert (first[0], first[1].start, first[1]["SEQUENCE"]) == ("CANCEL", THEN, 1)
    assert b"/my/meetings/" not in first[1].to_ical()
    assert (second[0], second[1]["SEQUENCE"]) == ("REQUEST", 2)


def test_only_who_chose_invitations_gets_them_and_one_mail_for_each_meeting(area, wanting):
    others = [focal_point_in(area) for _number in range(2)]
    MailPreferencesFactory(user=account_of(others[0]), calendar=CalendarChoice.MAILS)
    for _number in range(3):
        moved(told_meeting(area))

    assert send_notices(at=SETTLED) == 5

    with_calendar = Message.objects.exclude(attachment="").values_list("recipient", flat=True)
    assert list(with_calendar) == [wanting.email] * 3


@pytest.mark.parametrize(
    "values",
    [
        {"MAIL_RETURN_DOMAIN": ""},
        {
            "MAIL_RETURN_DOMAIN": "",
            "MAIL_RETURN_MAILBOX": "p@x.example",
            "MAIL_SUBADDRESSES": False,
        },
        {"MAIL_ALLOWLIST": ["example.org"]},
    ],
)
def test_without_a_mailbox_there_are_no_invitations_and_the_feed_has_the_meetings(
    settings, client, area, wanting, values
):
    for name, value in values.items():
        setattr(settings, name, value)
    meetings = [told_meeting(area) for _number in range(2)]
    for meeting in meetings:
        moved(meeting)

    assert send_notices(at=SETTLED) == 1

    assert Message.objects.get().attachment == ""
    feed = Calendar.from_ical(client.get(feed_of(wanting)).content)
    assert {str(each["UID"]) for each in feed.events} == {str(each.uid) for each in meetings}


def test_newer_invitation_replaces_the_unsent_one_of_its_meeting_only(area, wanting):
    morning = told_meeting(area)
    evening = told_meeting(area, starts_at=THEN + 8 * HOUR, sitting_of=morning)
    changed(morning, place="Kigali")
    changed(evening, place="Kigali")
    send_notices(at=SETTLED)
    changed(morning, place="Lima", at=SETTLED)

    send_notices(at=SETTLED + HOUR)

    cancelled = Message.objects.filter(status=MessageStatus.CANCELLED)
    left = Message.objects.exclude(status=MessageStatus.CANCELLED)
    assert [str(event_in(each)[1]["UID"]) for each in cancelled] == [str(morning.uid)]
    assert {str(event_in(each)[1]["UID"]) for each in left} == {str(morning.uid), str(evening.uid)}


def queries_for(number, area):
    """The number of queries for invitations to several people who answered."""
    meeting = told_meeting(area)
    for _number in range(number):
        person = focal_point_in(area)
        invited(person)
        answered(meeting, person)
    changed(meeting, place="Kigali")
    with CaptureQueriesContext(connection) as queries:
        assert send_notices(at=SETTLED) == number
    assert not Message.objects.filter(attachment="").exists()
    Message.objects.all().delete()
    return len(queries)


def test_invitations_for_nine_take_as_many_queries_as_for_one(area, other_area):
    assert queries_for(1, area) == queries_for(9, other_area)


def test_invitation_is_sent_again_with_its_message_but_without_the_links_of_its_reader(
    area, wanting
):
    moved(told_meeting(area))
    send_notices(at=SETTLED)
    Message.objects.update(status=MessageStatus.FAILED)
    failed = Message.objects.get()

    again = resend(message=failed, times=0, by=UserFactory(), at=SETTLED)

    assert calendar_in(again).get_payload() == calendar_in(failed).get_payload()
    assert again.conversations == failed.conversations
    # The reader's own links cannot be sent again.
    words = ("New time:", "private link", "/reply/")
    assert [each in compose(again).body for each in words] == [True, False, False]


def test_feed_of_who_chose_invitations_or_only_mails_has_no_meetings(client, area, focal_point):
    meeting_of(area)
    choice = MailPreferencesFactory(user=account_of(focal_point))
    numbers = []
    for calendar in (CalendarChoice.FEED, CalendarChoice.MAILS):
        choice.calendar = calendar
        choice.save()
        response = client.get(feed_of(focal_point))
        numbers.append(len(Calendar.from_ical(response.content).events))

    assert numbers == [1, 0]
    # The program that has the empty feed is told that nothing has changed.
    again = client.get(feed_of(focal_point), headers={"If-None-Match": response["ETag"]})
    assert again.status_code == 304
