"""Those who take part are told once what changed of their meetings."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from focus_areas.models import FocusArea
from meetings.models import Meeting, MeetingKind, MeetingStatus
from meetings.services.meetings import cancel_meeting, draft_meeting, schedule_meeting
from outbox.models import Message, MessageStatus, Queue
from participation.models import Announcement
from participation.services import notices
from participation.services.notices import BATCH_SIZE, mark_all_as_announced, send_notices
from tests.factories import NOON, MeetingFactory, SeriesFactory
from tests.participation.notices import (
    DAY,
    HOUR,
    MINUTE,
    SETTLED,
    THEN,
    changed,
    moved,
    the_mail,
    told_meeting,
    written,
)
from tests.participation.people import LINK, focal_point_in, meeting_of

pytestmark = pytest.mark.django_db


def of_a_series(area, number):
    """Return some weekly meetings of one series, of which everybody was told."""
    series = SeriesFactory()
    days = [THEN + week * 7 * DAY for week in range(number)]
    return [told_meeting(area, starts_at=day, series=series, occurrence=day.date()) for day in days]


def test_notice_is_about_its_meeting_and_pointless_once_that_is_over(area, focal_point):
    meeting = told_meeting(area)
    moved(meeting)

    send_notices(at=SETTLED)

    [message] = Message.objects.all()
    assert message.topic == f"meeting-{meeting.pk}/notice/1/focal-point-{focal_point.pk}"
    assert message.reference == focal_point.member.reference
    assert message.expires_at == THEN + DAY + HOUR
    assert message.queue == Queue.BULK


def test_nothing_is_told_before_an_edit_is_ten_minutes_old(area, focal_point):
    moved(told_meeting(area))

    assert send_notices(at=SETTLED - timedelta(seconds=1)) == 0
    assert send_notices(at=SETTLED) == 1


def test_five_saves_make_one_notice_from_what_was_told_to_what_holds(area, focal_point):
    meeting = told_meeting(area)
    for number in range(5):
        moved(meeting, to=THEN + number * DAY + HOUR, at=NOON + number * MINUTE)

    send_notices(at=NOON + 13 * MINUTE)
    send_notices(at=NOON + 14 * MINUTE)

    text = the_mail()
    assert "Monday 1 November 2021, 15:00" in text
    assert "Friday 5 November 2021, 16:00" in text


def test_edit_that_is_taken_back_makes_no_notice(area, focal_point):
    meeting = told_meeting(area)
    moved(meeting)
    moved(meeting, to=THEN, at=NOON + MINUTE)

    assert send_notices(at=NOON + 11 * MINUTE) == 0

    told = Announcement.objects.get()
    assert (told.version, told.notice_count) == (meeting.version, 0)


def test_what_nobody_has_to_be_told_of_is_no_notice(area, focal_point):
    meeting = told_meeting(area)
    changed(meeting, agenda="1. Welcome", title="Another title", is_tentative=True)

    assert send_notices(at=SETTLED) == 0


def test_notice_comes_once_however_often_and_late_the_task_runs(area, focal_point):
    moved(told_meeting(area, starts_at=NOON + 30 * DAY), to=NOON + 31 * DAY)

    assert send_notices(at=NOON + 7 * DAY) == 1
    assert send_notices(at=NOON + 7 * DAY) == 0
    assert send_notices(at=NOON + 8 * DAY) == 0


def test_meeting_that_is_new_on_the_calendar_is_told_and_a_draft_is_not(area, focal_point):
    drafted = draft_meeting(
        focus_area=area,
        kind=MeetingKind.MEETING,
        title="Fifth meeting",
        starts_at=THEN,
        ends_at=THEN + HOUR,
        time_zone="Europe/Zurich",
        place="Kigali",
        join_link=LINK,
        by=None,
        at=NOON,
    )
    assert send_notices(at=SETTLED) == 0

    schedule_meeting(meeting=drafted, by=None, at=SETTLED)
    send_notices(at=SETTLED + 10 * MINUTE)

    assert written() == [("New in your calendar: Fifth meeting", "wanjiku@example.org")]
    text = the_mail()
    assert "Place: Kigali\nThe join link is on the page of the meeting." in text
    assert Announcement.objects.get().notice_count == 1


def test_meeting_that_is_cancelled_is_told_at_the_time_that_was_told_last(area, focal_point):
    meeting = told_meeting(area)
    moved(meeting)
    cancel_meeting(meeting=meeting, by=None, at=NOON + MINUTE)

    send_notices(at=NOON + 11 * MINUTE)

    assert written() == [("Cancelled: Fourth meeting", "wanjiku@example.org")]
    assert "It was to be:\nMonday 1 November 2021, 15:00" in the_mail()


def test_meeting_that_nobody_was_told_of_is_cancelled_in_silence(area, focal_point):
    meeting = meeting_of(area, starts_at=THEN, changed_at=NOON - MINUTE)
    cancel_meeting(meeting=meeting, by=None, at=NOON)

    assert send_notices(at=SETTLED) == 0
    assert send_notices(at=SETTLED + DAY) == 0


def test_meeting_that_takes_place_after_all_is_told(area, focal_point):
    meeting = told_meeting(area, status=MeetingStatus.CANCELLED)
    Meeting.objects.update(status=MeetingStatus.SCHEDULED, version=2, changed_at=NOON)

    send_notices(at=SETTLED)

    assert written() == [("Changed: Fourth meeting", "wanjiku@example.org")]
    assert "It takes place after all:" in the_mail()
    assert meeting.title in the_mail()


def test_what_is_over_is_not_told(area, focal_point):
    meeting = told_meeting(area)
    changed(meeting, place="Kigali")

    assert send_notices(at=THEN + HOUR) == 0


def test_cancelled_meeting_is_not_told_once_its_told_time_is_over(area, focal_point):
    meeting = told_meeting(area)
    moved(meeting)
    cancel_meeting(meeting=meeting, by=None, at=NOON)

    assert send_notices(at=THEN + 2 * HOUR) == 0


def test_newer_notice_cancels_what_was_not_sent_of_the_earlier(area, focal_point):
    meeting = told_meeting(area)
    moved(meeting)
    send_notices(at=SETTLED)
    cancel_meeting(meeting=meeting, by=None, at=SETTLED)

    send_notices(at=SETTLED + 10 * MINUTE)

    rows = Message.objects.order_by("pk").values_list("subject", "status")
    assert list(rows) == [
        ("Moved: Fourth meeting", MessageStatus.CANCELLED),
        ("Cancelled: Fourth meeting", MessageStatus.QUEUED),
    ]


def test_what_changed_of_a_series_is_one_mail_once_all_of_it_is_settled(area, focal_point):
    for number, meeting in enumerate(of_a_series(area, 9)):
        moved(meeting, to=meeting.starts_at + HOUR, at=NOON + number * MINUTE)

    assert send_notices(at=NOON + 12 * MINUTE) == 0
    assert send_notices(at=NOON + 18 * MINUTE) == 1

    text = the_mail()
    assert text.count("New time:") == 6
    assert "3 more meetings are concerned: your calendar shows them." in text
    assert "/my/calendar/" in text


def test_of_a_series_that_is_cancelled_no_meeting_reads_as_if_it_took_place(area):
    focal_point_in(area)
    for meeting in of_a_series(area, 9):
        cancel_meeting(meeting=meeting, by=None, at=NOON)

    send_notices(at=SETTLED)

    assert "3 more meetings are concerned: your calendar shows them." in the_mail()


def test_series_is_told_again_where_its_first_meeting_has_nothing_to_tell(area):
    focal_point_in(area)
    one, two, three = of_a_series(area, 3)
    changed(one, agenda="1. Welcome")
    changed(two, place="Kigali")
    assert send_notices(at=SETTLED) == 1
    changed(one, agenda="2. Welcome", at=NOON + DAY)
    changed(three, place="Kigali", at=NOON + DAY)

    assert send_notices(at=SETTLED + DAY) == 1


def test_of_a_series_of_which_some_moved_and_some_are_cancelled_all_is_told_together(
    area, focal_point
):
    series = SeriesFactory()
    one, other = (
        told_meeting(area, starts_at=day, series=series, occurrence=day.date())
        for day in (THEN, THEN + 7 * DAY)
    )
    moved(one)
    cancel_meeting(meeting=other, by=None, at=NOON)

    send_notices(at=SETTLED)

    assert written() == [("Changed: Fourth meeting", focal_point.email)]
    assert "New time:" in the_mail()
    assert "It was to be:" in the_mail()


def test_notice_of_several_meetings_is_pointless_once_the_last_of_them_is_over(area, focal_point):
    one, two, three = of_a_series(area, 3)
    # The last to end is neither the first nor the last by its start.
    changed(two, ends_at=THEN + 30 * DAY)
    changed(one, place="Kigali")
    changed(three, place="Kigali")

    send_notices(at=SETTLED)

    assert Message.objects.get().expires_at == THEN + 30 * DAY


@pytest.mark.parametrize("kept", [0, 1])
def test_notice_of_several_that_are_called_off_goes_by_the_last_end_that_was_told(
    area, focal_point, kept
):
    meetings = of_a_series(area, 2)
    for number, meeting in enumerate(meetings):
        if number == kept:
            changed(meeting, place="Kigali")
        else:
            # That nobody was told of the new time.
            moved(meeting, to=THEN + 60 * DAY)
            cancel_meeting(meeting=meeting, by=None, at=NOON)

    send_notices(at=SETTLED)

    assert Message.objects.get().expires_at == THEN + 7 * DAY + HOUR


def test_several_meetings_are_told_in_the_order_of_their_starts(area, focal_point):
    one, two = of_a_series(area, 2)
    Meeting.objects.filter(pk=two.pk).update(title="The earlier one")
    two.refresh_from_db()
    moved(one, to=THEN + 30 * DAY)
    moved(two, to=THEN + 8 * DAY)

    send_notices(at=SETTLED)

    assert written() == [("Moved: The earlier one", "wanjiku@example.org")]
    text = the_mail()
    assert text.index("Tuesday 9 November 2021") < text.index("Wednesday 1 December 2021")


def test_notice_to_a_group_that_a_meeting_left_goes_by_the_time_that_the_group_knows(
    area, other_area, focal_point
):
    later = {"starts_at": THEN + 30 * DAY, "ends_at": THEN + 30 * DAY + HOUR}
    changed(told_meeting(area), focus_area=other_area, **later)

    send_notices(at=SETTLED)

    assert "not a meeting of your working group any more" in the_mail()
    assert Message.objects.get().expires_at == THEN + HOUR


def test_of_several_meetings_what_is_over_is_left_out_of_the_notice(area, focal_point):
    one, two = of_a_series(area, 2)
    for meeting in (one, two):
        cancel_meeting(meeting=meeting, by=None, at=NOON)
    Announcement.objects.filter(meeting=one).update(starts_at=NOON - HOUR, ends_at=SETTLED)

    assert send_notices(at=SETTLED) == 1

    assert the_mail().count("It was to be:") == 1


def test_run_is_bounded_and_the_next_goes_on(area, focal_point):
    for _number in range(BATCH_SIZE + 1):
        moved(told_meeting(area))

    assert send_notices(at=SETTLED) == BATCH_SIZE
    assert send_notices(at=SETTLED) == 1


def test_run_begins_no_other_meeting_after_enough_mails(area, focal_point, monkeypatch):
    monkeypatch.setattr(notices, "MAX_MAILS_PER_RUN", 2)
    for _number in range(3):
        moved(told_meeting(area))

    assert [send_notices(at=SETTLED) for _run in range(3)] == [2, 1, 0]


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
