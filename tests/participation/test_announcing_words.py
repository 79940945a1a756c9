"""What a notice of a meeting says, to its reader, and what it never says."""

import pytest

from focus_areas.models import Meeting, MeetingKind
from outbox.models import Message
from participation.announcing import announce
from tests.factories import NOON
from tests.participation.notices import (
    DAY,
    SETTLED,
    THEN,
    changed,
    moved,
    text_of,
    the_mail,
    told_meeting,
    written,
)
from tests.participation.people import LINK, focal_point_in, meeting_of

pytestmark = pytest.mark.django_db


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


@pytest.mark.parametrize(
    ("language", "there", "in_geneva"),
    [
        ("ar", "نيروبي (UTC+3)", "جنيف (UTC+1)"),
        ("ru", "Найроби (UTC+3)", "Женева (UTC+1)"),
        ("zh-hans", "内罗毕（UTC+3）", "日内瓦（UTC+1）"),
    ],
)
def test_notice_names_the_city_of_each_clock_in_the_language_of_its_reader(
    area, language, there, in_geneva
):
    focal_point_in(area, language=language, time_zone="Africa/Nairobi")
    moved(told_meeting(area))

    announce(at=SETTLED)

    text = the_mail()
    assert [text.count(there), text.count(in_geneva)] == [2, 2]
    assert "Nairobi" not in text


def test_notice_never_holds_a_join_link_or_a_key(area, focal_point):
    meeting = told_meeting(area)
    changed(meeting, join_link="https://meet.example.org/another")

    announce(at=SETTLED)

    [message] = Message.objects.all()
    assert "There is another join link: it is on the page of the meeting." in message.body
    assert "meet.example.org" not in message.body
    assert set(message.keys.values()) == {""}


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


@pytest.mark.parametrize("kind", [MeetingKind.MEETING, MeetingKind.DEADLINE])
def test_new_on_the_calendar_is_asked_about_only_where_the_page_asks(area, kind):
    focal_point_in(area)
    meeting_of(area, starts_at=THEN, kind=kind, changed_at=NOON)

    announce(at=SETTLED)

    assert "if you are asked there, say whether you will attend" in the_mail()


def test_time_that_is_not_sure_is_told_as_such_when_a_meeting_is_moved(area):
    focal_point_in(area)
    moved(told_meeting(area, is_tentative=True))

    announce(at=SETTLED)

    assert "The time is still to be confirmed." in the_mail()


def test_notice_is_in_the_language_and_the_zone_of_its_reader(area):
    focal_point_in(area, language="fr", time_zone="America/Bogota")
    moved(told_meeting(area))

    announce(at=SETTLED)

    [message] = Message.objects.all()
    assert message.language == "fr"
    assert "Bogotá (UTC−5)" in message.body


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
