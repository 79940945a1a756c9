"""All that changed for a reader is one mail, once the calendar of their group has settled.

The notice of a meeting that begins soon waits for less, whatever happens to other meetings.
"""

from datetime import date, timedelta

import pytest

from meetings.models import MeetingStatus, Weekday
from meetings.services.dst_changes import apply_dst_changes
from meetings.services.meetings import cancel_meeting, schedule_meeting
from meetings.services.series import (
    change_recurrence,
)
from meetings.services.series_plan import Scope
from meetings.services.sittings import link_sittings
from members.services.focal_points import revoke_links
from outbox.models import Message, MessageStatus, Queue
from outbox.services.delivery import compose
from participation.services.meeting_changes import meeting_changes, settled_meetings
from participation.services.notices import (
    cancel_expired_notices,
    mark_all_as_announced,
    send_notices,
)
from participation.services.reminders import send_reminders
from tests.factories import NOON
from tests.meetings.repeated import BEFORE, planned, rule
from tests.meetings.test_dst_changes import planned_by_other_rules
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

    words = subject("Changed", "Fifth meeting", "Sun 31 Oct", "(and 4 more)")
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
    words = ("this has been cancelled.", "This has changed as well:", "New time:")
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
        subject("Moved", "Waiting", "Tue 2 Nov"),
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
    assert written()[0][0] == subject("Moved", "Fourth meeting", more="(and 1 more)")
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


# A meeting that begins soon

SECOND = timedelta(seconds=1)


def cancelled(meeting, at=NOON):
    return cancel_meeting(meeting=meeting, by=None, at=at)


def titles():
    """The title in the subject of each notice, in the order in which they were queued."""
    subjects = Message.objects.order_by("pk").values_list("subject", flat=True)
    return [subject.split(": ")[1].split(", ")[0] for subject in subjects]


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
    assert titles() == ["Fourth meeting", "Fourth meeting", "Other"]
    first, second, _third = (text_of(each) for each in Message.objects.order_by("pk"))
    assert "16:00 to 17:00 Nairobi" in first.split("Old time:")[1]
    assert "18:00 to 19:00 Nairobi" in first.split("Old time:")[0]
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


# Several meetings of a series

LATER = BEFORE + HOUR
SERIES_SETTLED = LATER + 10 * MINUTE
WHO = {"by": None, "at": LATER}


@pytest.fixture
def meetings(area, focal_point):
    """Four Tuesdays that were announced."""
    meetings = planned(focus_area=area)
    mark_all_as_announced(at=BEFORE)
    return meetings


def test_series_that_is_divided_is_one_mail_of_what_moves_and_what_falls_away(meetings):
    thursdays = rule(weekday=Weekday.THURSDAY, first_day=date(2021, 11, 4), count=1)

    change_recurrence(meeting=meetings[1], scope=Scope.LATER, rule=thursdays, **WHO)

    assert send_notices(at=SERIES_SETTLED) == 1
    assert written() == [
        (
            subject("Cancelled", "Weekly", "Tue 9 Nov", "(and 1 more; changed: 1)"),
            "wanjiku@example.org",
        )
    ]


def test_meeting_that_is_held_to_its_clocks_is_told(area, focal_point):
    planned_by_other_rules(focus_area=area)
    mark_all_as_announced(at=BEFORE)

    apply_dst_changes(at=LATER)

    assert send_notices(at=SERIES_SETTLED) == 1
