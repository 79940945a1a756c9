"""Those who take part are told once what changed of their meetings."""

from datetime import timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext

from focus_areas.models import FocusArea, Meeting, MeetingKind, MeetingStatus
from focus_areas.planning import (
    cancel_meeting,
    draft_meeting,
    put_on_the_calendar,
)
from members.triage import withdraw
from outbox.models import Message, MessageStatus, Queue
from outbox.rendering import as_text
from participation import announcing
from participation.announcing import AT_ONCE, announce, take_as_told
from participation.models import Announcement
from tests.factories import NOON, MeetingFactory, SeriesFactory
from tests.participation.notices import (
    DAY,
    HOUR,
    MINUTE,
    SETTLED,
    THEN,
    changed,
    moved,
    told_meeting,
    written,
)
from tests.participation.people import LINK, focal_point_in, meeting_of

pytestmark = pytest.mark.django_db


def text_of(message):
    return as_text(message.body)


def of_a_series(area, number):
    """Return some weekly meetings of one series, of which everybody was told."""
    series = SeriesFactory()
    days = [THEN + week * 7 * DAY for week in range(number)]
    return [told_meeting(area, starts_at=day, series=series, occurrence=day.date()) for day in days]


def the_mail():
    [message] = Message.objects.all()
    return text_of(message)


def test_meeting_that_is_moved_is_told_with_the_old_and_the_new_time_on_both_clocks(
    area, focal_point
):
    moved(told_meeting(area))

    assert announce(at=SETTLED) == 1

    assert written() == [("Moved: Fourth meeting", "wanjiku@example.org")]
    text = the_mail()
    old = (
        "Old time:\n"
        "Monday 1 November 2021, 15:00 to 16:00 Nairobi (UTC+3)\n"
        "Monday 1 November 2021, 13:00 to 14:00 Geneva (UTC+1)"
    )
    new = (
        "New time:\n"
        "Tuesday 2 November 2021, 15:00 to 16:00 Nairobi (UTC+3)\n"
        "Tuesday 2 November 2021, 13:00 to 14:00 Geneva (UTC+1)"
    )
    assert "Fourth meeting\nEmpowering Communities" in text
    assert f"{old}\n\n{new}" in text
    assert "Please say again whether you come" in text
    meeting = Meeting.objects.get()
    assert f"http://testserver/en/my/meetings/{meeting.uid}/" in text
    assert "http://testserver/en/my/preferences/" in text


def test_notice_never_holds_a_join_link_or_a_key(area, focal_point):
    meeting = told_meeting(area)
    changed(meeting, join_link="https://meet.example.org/another")

    announce(at=SETTLED)

    [message] = Message.objects.all()
    assert "There is another join link: it is on the page of the meeting." in message.body
    assert "meet.example.org" not in message.body
    assert set(message.keys.values()) == {""}


def test_notice_is_about_its_meeting_and_pointless_once_that_is_over(area, focal_point):
    meeting = told_meeting(area)
    moved(meeting)

    announce(at=SETTLED)

    [message] = Message.objects.all()
    assert message.topic == f"meeting-{meeting.pk}/notice/1/focal-point-{focal_point.pk}"
    assert message.reference == focal_point.member.reference
    assert message.not_after == THEN + DAY + HOUR
    assert message.queue == Queue.BULK


def test_nothing_is_told_before_an_edit_is_ten_minutes_old(area, focal_point):
    moved(told_meeting(area))

    assert announce(at=SETTLED - timedelta(seconds=1)) == 0
    assert announce(at=SETTLED) == 1


def test_five_saves_make_one_notice_from_what_was_told_to_what_holds(area, focal_point):
    meeting = told_meeting(area)
    for number in range(5):
        moved(meeting, to=THEN + number * DAY + HOUR, at=NOON + number * MINUTE)

    announce(at=NOON + 13 * MINUTE)
    announce(at=NOON + 14 * MINUTE)

    text = the_mail()
    assert "Monday 1 November 2021, 15:00" in text
    assert "Friday 5 November 2021, 16:00" in text


def test_edit_that_is_taken_back_makes_no_notice(area, focal_point):
    meeting = told_meeting(area)
    moved(meeting)
    moved(meeting, to=THEN, at=NOON + MINUTE)

    assert announce(at=NOON + 11 * MINUTE) == 0

    told = Announcement.objects.get()
    assert (told.version, told.number) == (meeting.version, 0)


def test_what_nobody_has_to_be_told_of_is_no_notice(area, focal_point):
    meeting = told_meeting(area)
    changed(meeting, agenda="1. Welcome", title="Another title", is_tentative=True)

    assert announce(at=SETTLED) == 0


def test_notice_comes_once_however_often_and_late_the_task_runs(area, focal_point):
    moved(told_meeting(area, starts_at=NOON + 30 * DAY), to=NOON + 31 * DAY)

    assert announce(at=NOON + 7 * DAY) == 1
    assert announce(at=NOON + 7 * DAY) == 0
    assert announce(at=NOON + 8 * DAY) == 0


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
    assert announce(at=SETTLED) == 0

    put_on_the_calendar(meeting=drafted, by=None, at=SETTLED)
    announce(at=SETTLED + 10 * MINUTE)

    assert written() == [("New in your calendar: Fifth meeting", "wanjiku@example.org")]
    text = the_mail()
    assert "Place: Kigali\nThe join link is on the page of the meeting." in text
    assert Announcement.objects.get().number == 1


def test_meeting_that_is_cancelled_is_told_at_the_time_that_was_told_last(area, focal_point):
    meeting = told_meeting(area)
    moved(meeting)
    cancel_meeting(meeting=meeting, by=None, at=NOON + MINUTE)

    announce(at=NOON + 11 * MINUTE)

    assert written() == [("Cancelled: Fourth meeting", "wanjiku@example.org")]
    assert "It was to be:\nMonday 1 November 2021, 15:00" in the_mail()


def test_meeting_that_nobody_was_told_of_is_cancelled_in_silence(area, focal_point):
    meeting = meeting_of(area, starts_at=THEN, changed_at=NOON - MINUTE)
    cancel_meeting(meeting=meeting, by=None, at=NOON)

    assert announce(at=SETTLED) == 0
    assert announce(at=SETTLED + DAY) == 0


def test_meeting_that_takes_place_after_all_is_told(area, focal_point):
    meeting = told_meeting(area, status=MeetingStatus.CANCELLED)
    Meeting.objects.update(status=MeetingStatus.SCHEDULED, version=2, changed_at=NOON)

    announce(at=SETTLED)

    assert written() == [("Changed: Fourth meeting", "wanjiku@example.org")]
    assert "It takes place after all:" in the_mail()
    assert meeting.title in the_mail()


@pytest.mark.parametrize(
    ("before", "now", "words"),
    [
        ("Geneva", "Kigali", "Old place: Geneva\nNew place: Kigali"),
        ("", "Kigali", "New place: Kigali"),
        ("Geneva", "", "Old place: Geneva\nThere is no place any more."),
    ],
)
def test_another_place_is_told(area, focal_point, before, now, words):
    changed(told_meeting(area, place=before), place=now)

    announce(at=SETTLED)

    assert written() == [("Changed: Fourth meeting", "wanjiku@example.org")]
    assert words in the_mail()


@pytest.mark.parametrize(
    ("before", "now", "words"),
    [
        ("", LINK, "There is a join link now: it is on the page of the meeting."),
        (LINK, "", "There is no join link any more."),
    ],
)
def test_join_link_that_comes_or_goes_is_told(area, focal_point, before, now, words):
    changed(told_meeting(area, join_link=before), join_link=now)

    announce(at=SETTLED)

    assert words in the_mail()


def test_notice_goes_to_all_focal_points_of_the_area_and_to_nobody_else(
    area, other_area, focal_point
):
    alternate = focal_point_in(area, member=focal_point.member, is_alternate=True)
    focal_point_in(other_area)
    withdraw(member=focal_point_in(area).member, by=None, at=NOON)
    moved(told_meeting(area))

    announce(at=SETTLED)

    assert {to for _subject, to in written()} == {focal_point.email, alternate.email}


def test_notice_of_a_meeting_of_the_coalition_goes_to_all(area, other_area, focal_point):
    other = focal_point_in(other_area)
    moved(told_meeting(None))

    announce(at=SETTLED)

    assert {to for _subject, to in written()} == {focal_point.email, other.email}
    assert "Whole coalition" in text_of(Message.objects.first())


def test_who_stands_for_two_organisations_is_told_once(area, focal_point):
    focal_point_in(area, "Another ministry", email=focal_point.email.upper())
    moved(told_meeting(area))

    announce(at=SETTLED)

    assert len(written()) == 1


def test_meeting_given_to_another_area_is_new_to_one_and_gone_to_the_other(
    area, other_area, focal_point
):
    other = focal_point_in(other_area)
    changed(told_meeting(area), focus_area=other_area)

    announce(at=SETTLED)

    assert set(written()) == {
        ("Changed: Fourth meeting", focal_point.email),
        ("New in your calendar: Fourth meeting", other.email),
    }
    gone = text_of(Message.objects.get(recipient=focal_point.email))
    assert "It is not a meeting of your working group any more." in gone
    # Its page is not theirs any more.
    assert "/my/calendar/" in gone
    assert "/my/meetings/" not in gone


def test_meeting_given_to_the_whole_coalition_is_told_to_those_who_did_not_have_it(
    area, other_area, focal_point
):
    other = focal_point_in(other_area)
    changed(told_meeting(area), focus_area=None)

    announce(at=SETTLED)

    assert written() == [("New in your calendar: Fourth meeting", other.email)]


def test_what_is_over_is_not_told(area, focal_point):
    meeting = told_meeting(area)
    changed(meeting, place="Kigali")

    assert announce(at=THEN + HOUR) == 0


def test_cancelled_meeting_is_not_told_once_its_told_time_is_over(area, focal_point):
    meeting = told_meeting(area)
    moved(meeting)
    cancel_meeting(meeting=meeting, by=None, at=NOON)

    assert announce(at=THEN + 2 * HOUR) == 0


def test_newer_notice_cancels_what_was_not_sent_of_the_earlier(area, focal_point):
    meeting = told_meeting(area)
    moved(meeting)
    announce(at=SETTLED)
    cancel_meeting(meeting=meeting, by=None, at=SETTLED)

    announce(at=SETTLED + 10 * MINUTE)

    rows = Message.objects.order_by("pk").values_list("subject", "status")
    assert list(rows) == [
        ("Moved: Fourth meeting", MessageStatus.CANCELLED),
        ("Cancelled: Fourth meeting", MessageStatus.QUEUED),
    ]


def test_notice_that_waits_stays_where_nothing_newer_is_to_be_told(area, other_area, focal_point):
    other = focal_point_in(other_area)
    meeting = told_meeting(area)
    moved(meeting)
    announce(at=SETTLED)
    changed(meeting, agenda="1. Welcome", at=SETTLED)
    assert announce(at=SETTLED + 10 * MINUTE) == 0
    changed(meeting, focus_area=None, at=SETTLED + 10 * MINUTE)

    assert announce(at=SETTLED + 20 * MINUTE) == 1

    rows = Message.objects.order_by("pk").values_list("recipient", "status")
    assert list(rows) == [
        (focal_point.email, MessageStatus.QUEUED),
        (other.email, MessageStatus.QUEUED),
    ]


def test_what_changed_of_a_series_is_one_mail_once_all_of_it_is_settled(area, focal_point):
    for number, meeting in enumerate(of_a_series(area, 9)):
        moved(meeting, to=meeting.starts_at + HOUR, at=NOON + number * MINUTE)

    assert announce(at=NOON + 12 * MINUTE) == 0
    assert announce(at=NOON + 18 * MINUTE) == 1

    text = the_mail()
    assert text.count("New time:") == 6
    assert "3 more meetings are concerned: your calendar shows them." in text
    assert "/my/calendar/" in text


def test_of_a_series_that_is_cancelled_no_meeting_reads_as_if_it_took_place(area):
    focal_point_in(area)
    for meeting in of_a_series(area, 9):
        cancel_meeting(meeting=meeting, by=None, at=NOON)

    announce(at=SETTLED)

    assert "3 more meetings are concerned: your calendar shows them." in the_mail()


def test_series_is_told_again_where_its_first_meeting_has_nothing_to_tell(area):
    focal_point_in(area)
    one, two, three = of_a_series(area, 3)
    changed(one, agenda="1. Welcome")
    changed(two, place="Kigali")
    assert announce(at=SETTLED) == 1
    changed(one, agenda="2. Welcome", at=NOON + DAY)
    changed(three, place="Kigali", at=NOON + DAY)

    assert announce(at=SETTLED + DAY) == 1


@pytest.mark.parametrize("kind", [MeetingKind.MEETING, MeetingKind.DEADLINE])
def test_new_on_the_calendar_is_asked_about_only_where_the_page_asks(area, kind):
    focal_point_in(area)
    meeting_of(area, starts_at=THEN, kind=kind, changed_at=NOON)

    announce(at=SETTLED)

    assert "say whether you come if you are asked there" in the_mail()


def test_time_that_is_not_sure_is_told_as_such_when_a_meeting_is_moved(area):
    focal_point_in(area)
    moved(told_meeting(area, is_tentative=True))

    announce(at=SETTLED)

    assert "The time is still to be confirmed." in the_mail()


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

    announce(at=SETTLED)

    assert written() == [("Changed: Fourth meeting", focal_point.email)]
    assert "New time:" in the_mail()
    assert "It was to be:" in the_mail()


def test_notice_is_in_the_language_and_the_zone_of_its_reader(area):
    focal_point_in(area, language="fr", time_zone="America/Bogota")
    moved(told_meeting(area))

    announce(at=SETTLED)

    [message] = Message.objects.all()
    assert message.language == "fr"
    assert "Bogota (UTC−5)" in message.body


def test_place_in_another_direction_than_its_line_keeps_its_own(area):
    focal_point_in(area, language="ar")
    changed(told_meeting(area, place="Hall B (3)"), place="قاعة 2")

    announce(at=SETTLED)

    assert "\u2068Hall B (3)\u2069" in Message.objects.get().body


def test_whole_days_and_deadlines_are_told_without_being_asked_about(area, focal_point):
    day = THEN.replace(hour=23)
    meeting = told_meeting(
        area, kind=MeetingKind.DEADLINE, is_all_day=True, starts_at=day, ends_at=day + DAY
    )
    changed(meeting, starts_at=day + DAY, ends_at=day + 2 * DAY)

    announce(at=SETTLED)

    text = the_mail()
    assert "Old time:\nTuesday 2 November 2021, whole day (Geneva)" in text
    assert "New time:\nWednesday 3 November 2021, whole day (Geneva)" in text
    assert "whether you come" not in text


def test_title_with_marks_is_shown_as_it_is(area, focal_point):
    moved(told_meeting(area, title="Q&A [draft] *2* https://evil.example"))

    announce(at=SETTLED)

    [message] = Message.objects.all()
    assert message.subject == "Moved: Q&A [draft] *2* https://evil.example"
    assert "Q&A [draft] *2* https: //evil" in text_of(message)


def test_run_is_bounded_and_the_next_goes_on(area, focal_point):
    for _number in range(AT_ONCE + 1):
        moved(told_meeting(area))

    assert announce(at=SETTLED) == AT_ONCE
    assert announce(at=SETTLED) == 1


def test_run_begins_no_other_meeting_after_enough_mails(area, focal_point, monkeypatch):
    monkeypatch.setattr(announcing, "ENOUGH", 2)
    for _number in range(3):
        moved(told_meeting(area))

    assert [announce(at=SETTLED) for _run in range(3)] == [2, 1, 0]


def test_take_as_told_tells_nobody_of_what_is_there(area, focal_point):
    MeetingFactory.create_batch(2, focus_area=area, starts_at=THEN)

    assert take_as_told(at=NOON) == 2
    assert take_as_told(at=NOON) == 0
    assert announce(at=SETTLED) == 0


def queries_for(number, area):
    for _number in range(number):
        focal_point_in(area)
    meeting = told_meeting(area)
    moved(meeting)
    with CaptureQueriesContext(connection) as queries:
        assert announce(at=SETTLED) == number
    Message.objects.all().delete()
    Meeting.objects.all().delete()
    # SQLite stores so many rows at once.
    return len([query for query in queries if 'INTO "outbox_message"' not in query["sql"]])


def test_notice_to_three_hundred_takes_as_many_queries_as_one_to_one(area):
    one = queries_for(1, area)
    assert queries_for(300, FocusArea.objects.get(number=4)) == one


def test_meetings_of_before_are_taken_as_told_when_this_is_installed(area, focal_point):
    migration = import_module("participation.migrations.0005_meetings_of_before_are_told")
    there = MeetingFactory(focus_area=area, starts_at=THEN, place="Kigali")
    MeetingFactory(focus_area=area, status=MeetingStatus.DRAFT)

    migration.take_as_told(apps, None)

    assert Announcement.objects.get().meeting == there
    assert announce(at=SETTLED) == 0
    moved(there, at=SETTLED)
    assert announce(at=SETTLED + 10 * MINUTE) == 1
