"""All that changed for a reader is one mail, once the calendar of their group has settled."""

import pytest

from meetings.models import MeetingStatus
from meetings.services.meetings import cancel_meeting, schedule_meeting
from meetings.services.sittings import link_sittings
from members.services.focal_points import revoke_links
from outbox.models import Message, MessageStatus
from outbox.services.delivery import compose
from participation.services.notice_expiry import cancel_expired_notices
from participation.services.notices import send_notices
from participation.services.reminders import send_reminders
from tests.factories import NOON
from tests.participation.notices import (
    DAY,
    HOUR,
    MINUTE,
    SETTLED,
    THEN,
    changed,
    moved,
    subject,
    text_of,
    the_mail,
    told_meeting,
    written,
)
from tests.participation.people import focal_point_in, handed_over, meeting_of

pytestmark = pytest.mark.django_db


def minutes_with_mail(first, last):
    """The minutes after noon at which the task sends something."""
    return [n for n in range(first, last) if send_notices(at=NOON + n * MINUTE)]


def test_twenty_edits_of_several_meetings_are_one_mail_to_each_reader(area, focal_point):
    focal_point_in(area)
    meetings = [told_meeting(area, starts_at=THEN + day * DAY) for day in (3, 0, 2, 1)]
    for number in range(20):
        meeting = meetings[number % 4]
        later = meeting.starts_at + HOUR
        moved(meeting, to=later, at=NOON + number * MINUTE)
    new = meeting_of(area, title="Fifth meeting", status=MeetingStatus.DRAFT, starts_at=THEN - DAY)
    schedule_meeting(meeting=new, by=None, at=NOON + 19 * MINUTE)

    assert minutes_with_mail(10, 40) == [29]

    words = subject("Changed", "Fifth meeting and 4 more meetings", "Sunday 31 October 2021")
    assert [row[0] for row in written()] == [words] * 2
    text = text_of(Message.objects.first())
    days = [text.index(f"{day} November 2021, 20:00") for day in ("Monday 1", "Tuesday 2")]
    assert text.index("Sunday 31 October 2021, 15:00") < days[0] < days[1]
    assert text.count("New time:") == 4


def test_mail_about_several_kinds_of_changes_says_of_each_what_it_is(area, focal_point):
    moved(told_meeting(area))
    cancel_meeting(meeting=told_meeting(area, starts_at=THEN + DAY), by=None, at=NOON)
    meeting_of(area, starts_at=THEN + 2 * DAY, changed_at=NOON)

    send_notices(at=SETTLED)

    text = the_mail()
    words = ("This has been cancelled:", "This has changed as well:", "New time:")
    places = [text.index(each) for each in (*words, "This meeting is new.")]
    assert places == sorted(places)


def test_mail_about_one_kind_of_change_says_it_once(area, focal_point):
    for day in range(2):
        cancel_meeting(meeting=told_meeting(area, starts_at=THEN + day * DAY), by=None, at=NOON)

    send_notices(at=SETTLED)

    assert "This meeting is cancelled." not in the_mail()


def test_edits_of_another_group_do_not_delay(area, other_area, focal_point):
    moved(told_meeting(area))
    changed(told_meeting(other_area), agenda="1. Welcome", at=NOON + 9 * MINUTE)

    assert send_notices(at=SETTLED) == 1


def test_meeting_of_two_groups_waits_for_both(area, other_area, focal_point):
    changed(told_meeting(area), focus_area=other_area)
    changed(told_meeting(other_area), agenda="1. Welcome", at=NOON + 9 * MINUTE)

    assert minutes_with_mail(10, 30) == [19]


def test_nobody_waits_longer_than_an_hour_because_others_go_on_editing(area, focal_point):
    waiting, edited = told_meeting(area, title="Waiting"), told_meeting(area, title="Edited")
    moved(waiting)
    told = []
    for number in range(1, 100):
        if number % 5 == 0 and number <= 75:
            changed(edited, place=f"Hall {number}", at=NOON + number * MINUTE)
        told += minutes_with_mail(number, number + 1)

    # The one that waits, an hour after its change; then the other an hour after its first change.
    assert told == [60, 65, 85]
    subjects = Message.objects.order_by("pk").values_list("subject", flat=True)
    assert list(subjects) == [
        subject("Moved", "Waiting", "Tuesday 2 November 2021"),
        subject("Changed", "Edited"),
        subject("Changed", "Edited"),
    ]


def test_sittings_of_a_meeting_are_one_section(area, focal_point):
    one, other = told_meeting(area), told_meeting(area, starts_at=THEN + 8 * HOUR)
    link_sittings(meeting=other, other=one, by=None, at=NOON - DAY)
    send_notices(at=NOON)
    third = told_meeting(area, title="Another", starts_at=THEN + 4 * HOUR)
    for meeting in (one, other, third):
        moved(meeting, to=meeting.starts_at + HOUR)

    send_notices(at=SETTLED)

    text = the_mail()
    assert text.count("Fourth meeting\nEmpowering Communities") == 1
    assert written()[0][0] == subject("Moved", "Fourth meeting and 1 more meeting")
    assert text.index("Tuesday 2 November 2021, 00:00") < text.index("Another")


def test_mails_about_a_meeting_are_one_conversation(area, focal_point):
    meeting, other = told_meeting(area), told_meeting(area, starts_at=THEN + 30 * DAY)
    name, other_name = (f"<meeting-{each.uid}@testserver>" for each in (meeting, other))
    moved(meeting)
    send_notices(at=SETTLED)
    for each in (meeting, other):
        changed(each, place="Kigali", at=NOON + DAY)
    send_notices(at=NOON + DAY + HOUR)
    send_reminders(at=THEN)

    first, both, reminder = (compose(each).message() for each in Message.objects.order_by("pk"))

    assert first["References"] == first["In-Reply-To"] == reminder["References"]
    assert name.partition("@")[0] in first["References"]
    assert both["References"] is None
    assert [part.partition("@")[0] for part in both["In-Reply-To"].split()] == [
        each.partition("@")[0] for each in (name, other_name)
    ]
    assert len({mail["Message-ID"] for mail in (first, both, reminder)}) == 3


def test_newer_notice_replaces_an_unsent_one_only_if_it_tells_of_all_its_meetings(
    area, focal_point
):
    one, two = told_meeting(area), told_meeting(area, starts_at=THEN + DAY)
    for meeting in (one, two):
        moved(meeting, to=meeting.starts_at + HOUR)
    send_notices(at=SETTLED)
    moved(one, to=THEN + 2 * HOUR, at=SETTLED)
    send_notices(at=SETTLED + HOUR)
    assert set(Message.objects.values_list("status", flat=True)) == {MessageStatus.QUEUED}

    for meeting in (one, two):
        cancel_meeting(meeting=meeting, by=None, at=SETTLED + HOUR)
    send_notices(at=SETTLED + 2 * HOUR)

    statuses = Message.objects.order_by("pk").values_list("status", flat=True)
    assert list(statuses) == [MessageStatus.CANCELLED] * 2 + [MessageStatus.QUEUED]


def test_notice_about_several_meetings_does_not_go_to_a_former_focal_point(area, focal_point):
    for day in (0, 1):
        moved(told_meeting(area, starts_at=THEN + day * DAY), to=THEN + day * DAY + HOUR)
    send_notices(at=SETTLED)
    assert cancel_expired_notices(at=SETTLED) == 0

    handed_over(focal_point, at=SETTLED)

    assert cancel_expired_notices(at=SETTLED) == 1


def test_notice_that_waits_is_not_cancelled_with_the_links_of_its_reader(area, focal_point):
    moved(told_meeting(area))
    send_notices(at=SETTLED)

    revoke_links(focal_point=focal_point, link_version=1, by=None, at=SETTLED)

    assert Message.objects.get().status == MessageStatus.QUEUED
