"""What a notice of a meeting says, to its reader, and what it never says."""

import pytest

from meetings.models import Meeting, MeetingKind
from meetings.services.meetings import cancel_meeting
from outbox.models import Message
from participation.models import Rsvp
from participation.services.notices import send_notices
from tests.factories import NOON, RsvpFactory, SeriesFactory
from tests.participation.notices import (
    DAY,
    HOUR,
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

    assert send_notices(at=SETTLED) == 1

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

    send_notices(at=SETTLED)

    text = the_mail()
    assert [text.count(there), text.count(in_geneva)] == [2, 2]
    assert "Nairobi" not in text


def asked_anew():
    """The addresses of those who are asked to answer again."""
    return {
        message.recipient
        for message in Message.objects.all()
        if "Please say again whether you come" in text_of(message)
    }


def test_only_those_who_had_answered_are_asked_to_answer_again(area, focal_point):
    quiet, early, former = (
        focal_point_in(area, email=f"{name}@example.org") for name in ("quiet", "early", "former")
    )
    meeting, other = told_meeting(area), told_meeting(area, starts_at=THEN + 9 * DAY)
    for person in (focal_point, early):
        RsvpFactory(meeting=meeting, focal_point=person)
    RsvpFactory(meeting=other, focal_point=quiet)
    # Whoever held the role before had answered.
    RsvpFactory(meeting=meeting, focal_point=former, link_version=former.link_version + 1)
    moved(meeting)
    # And one says at once that they come at the new time.
    Rsvp.objects.filter(focal_point=early).update(starts_at=THEN + DAY)

    assert send_notices(at=SETTLED) == 4

    assert asked_anew() == {"wanjiku@example.org"}


def test_who_has_answered_in_one_of_two_roles_is_asked_again(area, focal_point):
    other_role = focal_point_in(area, "Another ministry", email=focal_point.email)
    meeting = told_meeting(area)
    RsvpFactory(meeting=meeting, focal_point=other_role)
    moved(meeting)

    assert send_notices(at=SETTLED) == 1

    assert asked_anew() == {"wanjiku@example.org"}


@pytest.mark.parametrize(
    "facts", [{"ends_at": THEN + 2 * HOUR}, {"time_zone": "Asia/Tokyo"}, {"place": "Kigali"}]
)
def test_nobody_is_asked_again_where_the_start_did_not_move(area, focal_point, facts):
    meeting = told_meeting(area, place="Geneva")
    RsvpFactory(meeting=meeting, focal_point=focal_point)
    # As if it had been moved and moved back before anybody was told.
    Rsvp.objects.update(starts_at=THEN - DAY)
    changed(meeting, **facts)

    assert send_notices(at=SETTLED) == 1

    assert asked_anew() == set()


def test_nobody_is_asked_again_about_a_deadline_or_what_is_cancelled(area, focal_point):
    for kind in (MeetingKind.DEADLINE, MeetingKind.MEETING):
        meeting = told_meeting(area, kind=kind)
        RsvpFactory(meeting=meeting, focal_point=focal_point)
        moved(meeting)
        if kind == MeetingKind.MEETING:
            cancel_meeting(meeting=meeting, by=None, at=NOON)

    assert send_notices(at=SETTLED) == 2

    assert asked_anew() == set()


def test_of_several_meetings_who_had_answered_for_one_that_moved_is_asked_again_once(area):
    person, other = focal_point_in(area), focal_point_in(area)
    series = SeriesFactory()
    meetings = [
        told_meeting(area, starts_at=day, series=series, occurrence=day.date())
        for day in (THEN, THEN + 7 * DAY, THEN + 14 * DAY)
    ]
    RsvpFactory(meeting=meetings[1], focal_point=person)
    # Of one that does not move.
    RsvpFactory(meeting=meetings[2], focal_point=other)
    for meeting in meetings[:2]:
        moved(meeting, to=meeting.starts_at + HOUR)
    changed(meetings[2], place="Kigali")

    assert send_notices(at=SETTLED) == 2

    assert asked_anew() == {person.email}
    to_person = Message.objects.get(recipient=person.email)
    assert text_of(to_person).count("Please say again") == 1


def test_notice_never_holds_a_join_link_or_a_key(area, focal_point):
    meeting = told_meeting(area)
    changed(meeting, join_link="https://meet.example.org/another")

    send_notices(at=SETTLED)

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

    send_notices(at=SETTLED)

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

    send_notices(at=SETTLED)

    assert words in the_mail()


@pytest.mark.parametrize("kind", [MeetingKind.MEETING, MeetingKind.DEADLINE])
def test_new_on_the_calendar_is_asked_about_only_where_the_page_asks(area, kind):
    focal_point_in(area)
    meeting_of(area, starts_at=THEN, kind=kind, changed_at=NOON)

    send_notices(at=SETTLED)

    assert "if you are asked there, say whether you will attend" in the_mail()


def test_time_that_is_not_sure_is_told_as_such_when_a_meeting_is_moved(area):
    focal_point_in(area)
    moved(told_meeting(area, is_tentative=True))

    send_notices(at=SETTLED)

    assert "The time is still to be confirmed." in the_mail()


def test_notice_is_in_the_language_and_the_zone_of_its_reader(area):
    focal_point_in(area, language="fr", time_zone="America/Bogota")
    moved(told_meeting(area))

    send_notices(at=SETTLED)

    [message] = Message.objects.all()
    assert message.language == "fr"
    assert "Bogotá (UTC−5)" in message.body


def test_place_in_another_direction_than_its_line_keeps_its_own(area):
    focal_point_in(area, language="ar")
    changed(told_meeting(area, place="Hall B (3)"), place="قاعة 2")

    send_notices(at=SETTLED)

    assert "\u2068Hall B (3)\u2069" in Message.objects.get().body


def test_whole_days_and_deadlines_are_told_without_being_asked_about(area, focal_point):
    day = THEN.replace(hour=23)
    meeting = told_meeting(
        area, kind=MeetingKind.DEADLINE, is_all_day=True, starts_at=day, ends_at=day + DAY
    )
    changed(meeting, starts_at=day + DAY, ends_at=day + 2 * DAY)

    send_notices(at=SETTLED)

    text = the_mail()
    assert "Old time:\nTuesday 2 November 2021, whole day (Geneva)" in text
    assert "New time:\nWednesday 3 November 2021, whole day (Geneva)" in text
    assert "whether you come" not in text


def test_title_with_marks_is_shown_as_it_is(area, focal_point):
    moved(told_meeting(area, title="Q&A [draft] *2* https://evil.example"))

    send_notices(at=SETTLED)

    [message] = Message.objects.all()
    assert message.subject == "Moved: Q&A [draft] *2* https://evil.example"
    assert "Q&A [draft] *2* https: //evil" in text_of(message)
