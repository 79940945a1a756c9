"""The notice of a meeting that begins soon waits for less, whatever happens to other meetings."""

from datetime import timedelta

import pytest

from meetings.services.meetings import cancel_meeting
from outbox.models import Message, MessageStatus, Queue
from participation.services.meeting_changes import meeting_changes, settled_meetings
from participation.services.notices import send_notices
from tests.factories import NOON
from tests.participation.notices import (
    DAY,
    HOUR,
    MINUTE,
    SETTLED,
    THEN,
    changed,
    moved,
    text_of,
    told_meeting,
)

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)


def cancelled(meeting, at=NOON):
    return cancel_meeting(meeting=meeting, by=None, at=at)


def titles():
    """The title in the subject of each notice, in the order in which they were queued."""
    subjects = Message.objects.order_by("pk").values_list("subject", flat=True)
    return [subject.split(" – ")[1].split()[0] for subject in subjects]


@pytest.mark.parametrize(
    ("begins_in", "wait"),
    [
        (MINUTE, timedelta()),
        (2 * HOUR - SECOND, timedelta()),
        # Less than two hours are left a second later.
        (2 * HOUR, SECOND),
        (2 * HOUR + MINUTE + SECOND, MINUTE + 2 * SECOND),
        (3 * HOUR, 2 * MINUTE),
        (DAY - SECOND, 2 * MINUTE),
        (DAY + 5 * MINUTE, 5 * MINUTE + SECOND),
        (DAY + 10 * MINUTE, 10 * MINUTE),
        (30 * DAY, 10 * MINUTE),
    ],
)
def test_wait_is_shorter_the_sooner_the_meeting_begins(area, focal_point, begins_in, wait):
    cancelled(told_meeting(area, starts_at=NOON + begins_in))

    if wait:
        assert send_notices(at=NOON + wait - SECOND) == 0
    assert send_notices(at=NOON + wait) == 1
    assert send_notices(at=NOON + HOUR) == 0


def test_urgent_notice_goes_at_once_in_the_queue_of_letters_while_a_colleague_edits_others(
    area, focal_point
):
    edited = told_meeting(area, title="Edited")
    urgent = told_meeting(area, title="Urgent", starts_at=NOON + HOUR)
    soon = told_meeting(area, title="Soon", starts_at=NOON + 5 * HOUR)
    cancelled(urgent)
    cancelled(soon)
    told = []
    for number in range(12):
        changed(edited, place=f"Hall {number}", at=NOON + number * MINUTE)
        told += [number] * send_notices(at=NOON + number * MINUTE)

    told += [21] * send_notices(at=NOON + 21 * MINUTE)

    assert told == [0, 2, 21]
    assert titles() == ["Urgent", "Soon", "Edited"]
    rows = Message.objects.order_by("pk").values_list("queue", "published_at")
    assert list(rows) == [
        (Queue.MAIL, NOON),
        (Queue.MAIL, NOON + 2 * MINUTE),
        (Queue.BULK, None),
    ]


@pytest.mark.parametrize(
    ("before", "after"), [(NOON + HOUR, THEN), (THEN, NOON + HOUR)], ids=["away", "close"]
)
def test_meeting_is_as_urgent_as_the_earlier_of_its_old_and_its_new_time(
    area, focal_point, before, after
):
    moved(told_meeting(area, starts_at=before), to=after)

    assert send_notices(at=NOON) == 1


def test_own_edits_delay_the_notice_of_a_meeting_of_today_for_ten_minutes_at_most(
    area, focal_point
):
    meeting = told_meeting(area, starts_at=NOON + 5 * HOUR)
    told = []
    for number in range(20):
        changed(meeting, place=f"Hall {number}", at=NOON + number * MINUTE)
        told += [number] * send_notices(at=NOON + number * MINUTE + SECOND)

    assert told == [10]


def test_corrections_after_an_urgent_notice_are_told_once_from_what_was_told_last(
    area, focal_point
):
    meeting = told_meeting(area, starts_at=NOON + HOUR)
    other = told_meeting(area, title="Other")
    changed(other, place="Kigali")
    moved(meeting, to=NOON + 3 * HOUR)
    runs = [send_notices(at=NOON + number * SECOND) for number in range(2)]
    Message.objects.update(status=MessageStatus.SENT, sent_at=NOON, private_links="")

    moved(meeting, to=NOON + 4 * HOUR, at=NOON + MINUTE)
    cancelled(meeting, at=NOON + 2 * MINUTE)
    runs += [send_notices(at=NOON + number * MINUTE) for number in (2, 4, 10, 20)]

    # The meeting no longer begins within two hours, so its cancellation waits for two minutes.
    assert runs == [1, 0, 0, 1, 1, 0]
    assert titles() == ["Fourth", "Fourth", "Other"]
    first, second, _third = (text_of(each) for each in Message.objects.order_by("pk"))
    assert "16:00 to 17:00 Nairobi" in first.split("New time:")[0]
    assert "18:00 to 19:00 Nairobi" in first.split("New time:")[1]
    assert "Planned date and time:\nMonday 25 October 2021, 18:00 to 19:00 Nairobi" in second


def test_edit_of_another_meeting_during_a_run_does_not_hold_back_an_urgent_one(area):
    urgent, other, edited = (
        told_meeting(area, starts_at=start) for start in (NOON + HOUR, THEN, THEN + DAY)
    )
    for meeting in (urgent, other, edited):
        changed(meeting, place="Kigali")
    settled = settled_meetings(SETTLED)
    assert [each.pk for each in settled] == [urgent.pk, other.pk, edited.pk]

    changed(edited, place="Nairobi", at=SETTLED)

    assert [change.meeting for change in meeting_changes(settled)] == [urgent]


def test_urgent_meeting_that_is_edited_during_a_run_is_told_by_the_next(area):
    urgent, other = (told_meeting(area, starts_at=NOON + HOUR) for _number in range(2))
    for meeting in (urgent, other):
        changed(meeting, place="Kigali")
    settled = settled_meetings(NOON)

    changed(urgent, place="Nairobi", at=NOON)

    assert [change.meeting for change in meeting_changes(settled)] == [other]
    assert urgent.pk in [each.pk for each in settled_meetings(NOON)]


def test_urgent_notice_does_not_overtake_an_earlier_one_that_also_tells_of_other_meetings(
    area, focal_point
):
    one, two = told_meeting(area, starts_at=NOON + 26 * HOUR), told_meeting(area)
    for meeting in (one, two):
        moved(meeting, to=meeting.starts_at + HOUR)
    changed(told_meeting(area, title="Third"), place="Kigali", at=NOON - HOUR)
    send_notices(at=NOON)
    send_notices(at=SETTLED)

    cancelled(one, at=NOON + 4 * HOUR)
    send_notices(at=NOON + 4 * HOUR + 2 * MINUTE)

    rows = Message.objects.order_by("pk").values_list("queue", "status", "published_at")
    urgent_at = NOON + 4 * HOUR + 2 * MINUTE
    assert list(rows) == [
        # It is about no meeting of the urgent one.
        (Queue.BULK, MessageStatus.QUEUED, None),
        (Queue.MAIL, MessageStatus.QUEUED, urgent_at),
        (Queue.MAIL, MessageStatus.QUEUED, urgent_at),
    ]


def test_urgent_meetings_come_first_in_a_run_that_is_full(area, focal_point, monkeypatch):
    monkeypatch.setattr("participation.services.notices.MAX_MEETINGS_PER_RUN", 1)
    changed(told_meeting(area, title="Old"), place="Kigali")
    cancelled(told_meeting(area, title="Urgent", starts_at=SETTLED + HOUR), at=SETTLED)

    send_notices(at=SETTLED)

    assert titles() == ["Urgent"]
