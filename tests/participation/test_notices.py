"""Notices of new and changed meetings, and who gets them in which language."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from focus_areas.models import FocusArea
from meetings.models import Meeting, MeetingStatus
from meetings.services.meetings import cancel_meeting, put_back_meeting, schedule_meeting
from members.services.private_links import LinkPurpose
from outbox.models import Message, MessageStatus, Queue
from participation.models import Announcement, RsvpChoice
from participation.services import notices
from participation.services.meeting_changes import is_cancellation_told
from participation.services.meeting_links import meeting_link_of
from participation.services.notices import mark_all_as_announced, send_notices
from tests.factories import NOON, MeetingFactory
from tests.participation.invitations import invited
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
    told_series,
    written,
)
from tests.participation.people import focal_point_in, meeting_of, withdrawn
from tests.participation.sittings import answered

pytestmark = pytest.mark.django_db


def test_notice_is_about_its_meeting_and_pointless_once_that_is_over(area, focal_point):
    meeting = told_meeting(area)
    moved(meeting)

    # Not before ten minutes after the edit.
    assert send_notices(at=SETTLED - timedelta(seconds=1)) == 0
    assert send_notices(at=SETTLED) == 1

    [message] = Message.objects.all()
    assert message.topic == f"meeting-{meeting.pk}/notice/1/focal-point-{focal_point.pk}"
    assert message.reference == focal_point.member.reference
    assert message.expires_at == THEN + DAY + HOUR
    assert message.queue == Queue.BULK


def test_several_edits_make_one_notice_from_what_was_told_to_what_holds(area, focal_point):
    edited, taken_back = told_meeting(area), told_meeting(area)
    for number in range(5):
        moved(edited, to=THEN + number * DAY + HOUR, at=NOON + number * MINUTE)
    moved(taken_back)
    moved(taken_back, to=THEN, at=NOON + MINUTE)

    sent = [send_notices(at=NOON + n * MINUTE) for n in (13, 14, 15)]

    assert sent == [0, 1, 0]
    text = the_mail()
    assert "Monday 1 November 2021, 15:00" in text
    assert "Friday 5 November 2021, 16:00" in text
    told = Announcement.objects.get(meeting=taken_back)
    assert (told.version, told.notice_count) == (taken_back.version, 0)


def test_meeting_that_is_new_on_the_calendar_is_told_and_a_draft_is_not(area, focal_point):
    draft = {"status": MeetingStatus.DRAFT, "starts_at": THEN, "changed_at": NOON}
    drafted = meeting_of(area, title="Fifth meeting", place="Kigali", **draft)
    assert send_notices(at=SETTLED) == 0

    schedule_meeting(meeting=drafted, by=None, at=SETTLED)
    send_notices(at=SETTLED + 10 * MINUTE)

    assert written() == [(subject("New", "Fifth meeting"), "wanjiku@example.org")]
    text = the_mail()
    assert ("Place: Kigali\nThe join link is on the meeting page.") in text
    assert Announcement.objects.get().notice_count == 1


def test_meeting_that_is_cancelled_is_told_at_the_time_that_was_told_last(area, focal_point):
    meeting = told_meeting(area)
    moved(meeting)
    cancel_meeting(meeting=meeting, by=None, at=NOON + MINUTE)

    send_notices(at=NOON + 11 * MINUTE)

    assert written() == [(subject("Cancelled", "Fourth meeting"), "wanjiku@example.org")]
    assert "Planned date and time:\nMonday 1 November 2021, 15:00" in the_mail()


def test_meeting_that_takes_place_after_all_is_told(area, focal_point):
    meeting = told_meeting(area, status=MeetingStatus.CANCELLED)
    assert is_cancellation_told(meeting)
    put_back_meeting(meeting=meeting, by=None, at=NOON)

    send_notices(at=SETTLED)

    assert written() == [(subject("Changed", "Fourth meeting"), "wanjiku@example.org")]
    assert "It takes place after all:" in the_mail()
    assert meeting.title in the_mail()


def test_cancellation_that_is_undone_before_anybody_was_told_is_never_told(area, focal_point):
    meeting, other = told_meeting(area), told_meeting(area, title="Other")
    cancel_meeting(meeting=meeting, by=None, at=NOON, reason="A slip")
    assert not is_cancellation_told(meeting)
    put_back_meeting(meeting=meeting, by=None, at=NOON + 5 * MINUTE)

    assert send_notices(at=NOON + HOUR) == 0
    # Nor is its reason told with a later change.
    cancel_meeting(meeting=other, by=None, at=NOON + HOUR, reason="A slip")
    put_back_meeting(meeting=other, by=None, at=NOON + HOUR)
    changed(other, place="Kigali", at=NOON + HOUR)
    assert send_notices(at=NOON + 2 * HOUR) == 1
    assert "Kigali" in the_mail()
    assert "A slip" not in the_mail()


def over(area):
    changed(told_meeting(area), place="Kigali")
    return THEN + HOUR


def cancelled_and_over_by_the_time_that_was_told(area):
    meeting = told_meeting(area)
    moved(meeting)
    cancel_meeting(meeting=meeting, by=None, at=NOON)
    return THEN + 2 * HOUR


def cancelled_before_anybody_was_told(area):
    meeting = meeting_of(area, starts_at=THEN, changed_at=NOON - MINUTE)
    cancel_meeting(meeting=meeting, by=None, at=NOON)
    return SETTLED


def changed_in_nothing_that_matters(area):
    changed(told_meeting(area), agenda="1. Welcome", is_tentative=True)
    # The address to join leads to the new room.
    changed(told_meeting(area), join_link="https://meet.example.org/another")
    changed(
        told_meeting(area),
        is_public=True,
        recording_link="https://video.example.org/1",
        is_recording_public=True,
    )
    return SETTLED


@pytest.mark.parametrize(
    "what",
    [
        over,
        cancelled_and_over_by_the_time_that_was_told,
        cancelled_before_anybody_was_told,
        changed_in_nothing_that_matters,
    ],
)
def test_what_is_over_is_not_told(area, focal_point, what):
    at = what(area)

    assert send_notices(at=at) == 0
    assert send_notices(at=at + DAY) == 0


def test_series_is_told_again_where_its_first_meeting_has_nothing_to_tell(area):
    focal_point_in(area)
    one, two, three = told_series(area, 3)
    changed(one, agenda="1. Welcome")
    changed(two, place="Kigali")
    assert send_notices(at=SETTLED) == 1
    changed(one, agenda="2. Welcome", at=NOON + DAY)
    changed(three, place="Kigali", at=NOON + DAY)

    assert send_notices(at=SETTLED + DAY) == 1


def test_notice_of_several_meetings_is_pointless_once_the_last_of_them_is_over(area, focal_point):
    one, two, three = told_series(area, 3)
    # The last to end is neither the first nor the last to start.
    changed(two, ends_at=THEN + 30 * DAY)
    for meeting in (one, three):
        changed(meeting, place="Kigali")

    send_notices(at=SETTLED)

    assert Message.objects.get().expires_at == THEN + 30 * DAY


@pytest.mark.parametrize("kept", [0, 1])
def test_notice_of_several_that_are_called_off_goes_by_the_last_end_that_was_told(
    area, focal_point, kept
):
    meetings = told_series(area, 2)
    for number, meeting in enumerate(meetings):
        if number == kept:
            changed(meeting, place="Kigali")
        else:
            # The new time was not announced.
            moved(meeting, to=THEN + 60 * DAY)
            cancel_meeting(meeting=meeting, by=None, at=NOON)

    send_notices(at=SETTLED)

    assert Message.objects.get().expires_at == THEN + 7 * DAY + HOUR


def test_notice_to_a_group_that_a_meeting_left_goes_by_the_time_that_the_group_knows(
    area, other_area, focal_point
):
    later = {"starts_at": THEN + 30 * DAY, "ends_at": THEN + 30 * DAY + HOUR}
    changed(told_meeting(area), focus_area=other_area, **later)

    send_notices(at=SETTLED)

    assert "This is no longer a meeting of your working group" in the_mail()
    assert Message.objects.get().expires_at == THEN + HOUR


def test_of_several_meetings_what_is_over_is_left_out_of_the_notice(area, focal_point):
    one, two = told_series(area, 2)
    for meeting in (one, two):
        cancel_meeting(meeting=meeting, by=None, at=NOON)
    Announcement.objects.filter(meeting=one).update(starts_at=NOON - HOUR, ends_at=SETTLED)

    assert send_notices(at=SETTLED) == 1

    assert the_mail().count("Planned date and time:") == 1


def test_run_is_bounded_and_the_next_goes_on(area, focal_point, monkeypatch):
    monkeypatch.setattr(notices, "MAX_MEETINGS_PER_RUN", 2)
    for _number in range(3):
        moved(told_meeting(area))

    assert [send_notices(at=SETTLED) for _run in range(3)] == [1, 1, 0]
    assert [len(message.conversations.split()) for message in Message.objects.order_by("pk")] == [
        2,
        1,
    ]


def test_take_as_told_tells_nobody_of_what_is_there(area, focal_point):
    MeetingFactory.create_batch(2, focus_area=area, starts_at=THEN)

    assert mark_all_as_announced(at=NOON) == 2
    assert mark_all_as_announced(at=NOON) == 0
    assert send_notices(at=SETTLED) == 0


def queries_for(number, area):
    for _number in range(number):
        focal_point_in(area)
    meeting = told_meeting(area)
    moved(meeting)
    with CaptureQueriesContext(connection) as queries:
        assert send_notices(at=SETTLED) == number
    Message.objects.all().delete()
    Meeting.objects.all().delete()
    return len(queries)


def test_notice_to_nine_takes_as_many_queries_as_one_to_one(area):
    one = queries_for(1, area)
    assert queries_for(9, FocusArea.objects.get(number=4)) == one


def test_notice_goes_once_to_all_focal_points_of_the_area_and_to_nobody_else(
    area, other_area, focal_point
):
    alternate = focal_point_in(area, member=focal_point.member, is_alternate=True)
    # A person with roles in two organisations.
    focal_point_in(area, "Another ministry", email=focal_point.email.upper())
    focal_point_in(other_area)
    withdrawn(focal_point_in(area))
    moved(told_meeting(area))

    send_notices(at=SETTLED)

    recipients = sorted(to.lower() for _subject, to in written())
    assert recipients == sorted([focal_point.email, alternate.email])


def test_notice_of_a_meeting_of_the_coalition_goes_to_all(area, other_area, focal_point):
    other = focal_point_in(other_area)
    moved(told_meeting(None))

    send_notices(at=SETTLED)

    assert {to for _subject, to in written()} == {focal_point.email, other.email}
    assert "Whole coalition" in text_of(Message.objects.first())


def test_meeting_given_to_another_area_is_new_to_one_and_gone_to_the_other(
    area, other_area, focal_point
):
    other = focal_point_in(other_area)
    changed(told_meeting(area), focus_area=other_area)

    send_notices(at=SETTLED)

    assert set(written()) == {
        (subject("Changed", "Fourth meeting"), focal_point.email),
        (subject("New", "Fourth meeting"), other.email),
    }
    gone = text_of(Message.objects.get(recipient=focal_point.email))
    assert "This is no longer a meeting of your working group." in gone
    # They can no longer open its page.
    assert "/my/calendar/" in gone
    assert "/my/meetings/" not in gone


def test_notice_that_waits_stays_where_nothing_newer_is_to_be_told(area, other_area, focal_point):
    other = focal_point_in(other_area)
    meeting = told_meeting(area)
    moved(meeting)
    send_notices(at=SETTLED)
    changed(meeting, agenda="1. Welcome", at=SETTLED)
    assert send_notices(at=SETTLED + 10 * MINUTE) == 0
    changed(meeting, focus_area=None, at=SETTLED + 10 * MINUTE)

    assert send_notices(at=SETTLED + 20 * MINUTE) == 1

    rows = Message.objects.order_by("pk").values_list("recipient", "status")
    assert list(rows) == [
        (focal_point.email, MessageStatus.QUEUED),
        (other.email, MessageStatus.QUEUED),
    ]


# Sittings of one meeting

INSTEAD = "You can attend this sitting instead:\n"


@pytest.fixture
def morning(area):
    return told_meeting(area, title="Morning sitting")


@pytest.fixture
def evening(area, morning):
    later = THEN + 8 * HOUR
    return told_meeting(area, title="Evening sitting", starts_at=later, sitting_of=morning)


def send_to():
    """Send the notices; return the addresses that got one."""
    send_notices(at=SETTLED)
    return set(Message.objects.values_list("recipient", flat=True))


def move(meeting):
    moved(meeting, to=meeting.starts_at + HOUR)


def change_place(meeting):
    changed(meeting, place="Kigali")


def add_another(meeting):
    meeting_of(
        meeting.focus_area, sitting_of=meeting.sitting_of, starts_at=THEN + DAY, changed_at=NOON
    )


def cancel(meeting):
    cancel_meeting(meeting=meeting, by=None, at=NOON)


def restore(meeting):
    cancelled = {"status": MeetingStatus.CANCELLED}
    Announcement.objects.filter(meeting=meeting).update(**cancelled)
    Meeting.objects.filter(pk=meeting.pk).update(version=meeting.version + 1, changed_at=NOON)


@pytest.mark.usefixtures("mailbox")
@pytest.mark.parametrize("change", [move, change_place, add_another, cancel, restore])
def test_change_of_a_sitting_is_not_told_to_who_chose_the_other_one(
    area, focal_point, morning, evening, change
):
    undecided = focal_point_in(area)
    invited(focal_point)
    answered(morning, focal_point)
    # Without the cancellation that the choice itself sends (invitation_updates.py).
    Message.objects.all().delete()

    change(evening)

    assert send_to() == {undecided.email}


def test_place_of_a_declined_sitting_is_not_told_but_its_new_time_is(area, focal_point, evening):
    answered(evening, focal_point, RsvpChoice.NO)
    change_place(evening)
    assert send_to() == set()

    moved(evening, to=THEN + DAY, at=SETTLED)
    send_notices(at=SETTLED + HOUR)

    assert "Evening sitting" in the_mail()


@pytest.mark.usefixtures("mailbox")
def test_chosen_sitting_is_told_without_the_other_one_in_text_or_invitation(
    area, focal_point, morning, evening
):
    invited(focal_point)
    answered(morning, focal_point)
    Message.objects.all().delete()
    change_place(morning)
    move(evening)

    send_notices(at=SETTLED)

    message = Message.objects.get()
    assert "Morning sitting" in message.body
    assert "Evening sitting" not in message.body
    assert message.attachment.count("BEGIN:VEVENT") == 1
    assert str(morning.uid) in message.attachment


def test_sitting_is_told_if_the_person_chose_the_other_one_in_only_one_of_two_roles(
    area, other_area, focal_point
):
    second_role = focal_point_in(other_area, email=focal_point.email)
    morning = told_meeting(None, title="Morning sitting")
    evening = told_meeting(None, starts_at=THEN + 8 * HOUR, sitting_of=morning)
    answered(morning, focal_point)

    move(evening)

    assert send_to() == {second_role.email}


def test_who_chose_a_sitting_that_is_cancelled_is_offered_the_other_with_reply_links(
    area, focal_point, morning, evening
):
    undecided = focal_point_in(area, time_zone="Africa/Nairobi")
    answered(morning, focal_point)

    cancel(morning)

    assert send_to() == {focal_point.email, undecided.email}
    offered = Message.objects.get(recipient=focal_point.email)
    times = (
        "Monday 1 November 2021, 23:00 Nairobi (UTC+3) to Tuesday 2 November 2021, 00:00 "
        "Nairobi (UTC+3)\n"
        "Monday 1 November 2021, 21:00 to 22:00 Geneva (UTC+1)"
    )
    assert f"{INSTEAD}{times}\n\nWill you attend?\n\nYes, remotely" in text_of(offered)
    answers = offered.private_links.split()
    assert [address.split("/")[-3] for address in answers] == ["remote", "no"]
    token = answers[0].split("/")[-2]
    assert meeting_link_of(token, LinkPurpose.RSVP, at=SETTLED).meeting == evening
    assert INSTEAD not in text_of(Message.objects.get(recipient=undecided.email))


def test_cancelled_sitting_offers_no_sitting_that_is_declined_or_cancelled_too(
    area, morning, evening
):
    declining, hoping = focal_point_in(area), focal_point_in(area)
    answered(evening, declining, RsvpChoice.NO)
    for person in (declining, hoping):
        answered(morning, person)

    cancel(morning)
    cancel(evening)

    assert send_to() == {declining.email, hoping.email}
    assert not any(INSTEAD in text_of(message) for message in Message.objects.all())


def test_other_sitting_that_moved_too_is_told_once(area, focal_point, morning, evening):
    answered(morning, focal_point)
    cancel(morning)
    move(evening)

    send_notices(at=SETTLED)

    text = the_mail()
    assert INSTEAD not in text
    assert text.count("Will you attend?") == 1
