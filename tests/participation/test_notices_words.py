"""The text of a notice of a meeting, and what it never contains."""

import pytest

from meetings.models import MeetingKind
from meetings.services.meetings import cancel_meeting, move_meeting
from outbox.models import NO_PRIVATE_VALUES, Message
from participation.models import Announcement, Rsvp
from participation.services.notices import send_notices
from tests.factories import NOON, PaperVersionFactory, RsvpFactory
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
from tests.participation.people import LINK, focal_point_in, meeting_of

pytestmark = pytest.mark.django_db


def test_meeting_that_is_moved_is_told_with_the_old_and_the_new_time_on_both_clocks(
    area, focal_point
):
    meeting = told_meeting(area)
    moved(meeting)

    assert send_notices(at=SETTLED) == 1

    words = subject("Moved", "Fourth meeting", "Tue 2 Nov")
    assert written() == [(words, "wanjiku@example.org")]
    text = the_mail()
    for words in (
        "Fourth meeting\nEmpowering Communities",
        (
            "New time:\n"
            "Tuesday 2 November 2021, 15:00 to 16:00 Nairobi (UTC+3)\n"
            "Tuesday 2 November 2021, 13:00 to 14:00 Geneva (UTC+1)\n\n"
            "Old time:\n"
            "Monday 1 November 2021, 15:00 to 16:00 Nairobi (UTC+3)\n"
            "Monday 1 November 2021, 13:00 to 14:00 Geneva (UTC+1)"
        ),
        f"http://testserver/en/my/meetings/{meeting.uid}/",
        "http://testserver/en/my/preferences/",
    ):
        assert words in text


def asked_anew():
    """The addresses of those who are asked to answer again."""
    return {
        message.recipient
        for message in Message.objects.all()
        if "Please tell us again whether you will attend" in text_of(message)
    }


def test_only_those_who_had_answered_are_asked_to_answer_again(area, focal_point):
    quiet, early, former = (
        focal_point_in(area, email=f"{name}@example.org") for name in ("quiet", "early", "former")
    )
    meeting, other = told_meeting(area), told_meeting(area, starts_at=THEN + 9 * DAY)
    for person in (focal_point, early):
        RsvpFactory(meeting=meeting, focal_point=person)
    RsvpFactory(meeting=other, focal_point=quiet)
    # The previous holder of the role had answered.
    RsvpFactory(meeting=meeting, focal_point=former, link_version=former.link_version + 1)
    moved(meeting)
    # One of them answers immediately for the new time.
    Rsvp.objects.filter(focal_point=early).update(starts_at=THEN + DAY)

    assert send_notices(at=SETTLED) == 4

    assert asked_anew() == {"wanjiku@example.org"}


@pytest.mark.parametrize(
    "facts", [{"ends_at": THEN + 2 * HOUR}, {"time_zone": "Asia/Tokyo"}, {"place": "Kigali"}]
)
def test_nobody_is_asked_again_where_the_start_did_not_move(area, focal_point, facts):
    meeting = told_meeting(area, place="Geneva")
    RsvpFactory(meeting=meeting, focal_point=focal_point)
    # As if it had been moved and moved back before the announcement.
    Rsvp.objects.update(starts_at=THEN - DAY)
    changed(meeting, **facts)

    assert send_notices(at=SETTLED) == 1

    assert asked_anew() == set()


def test_of_several_meetings_who_had_answered_for_one_that_moved_is_asked_again_once(area):
    person, other = focal_point_in(area), focal_point_in(area)
    # In one of two roles.
    answering = focal_point_in(area, "Another ministry", email=person.email)
    meetings = told_series(area, 3)
    RsvpFactory(meeting=meetings[1], focal_point=answering)
    # For one that does not move.
    RsvpFactory(meeting=meetings[2], focal_point=other)
    for meeting in meetings[:2]:
        moved(meeting, to=meeting.starts_at + HOUR)
    changed(meetings[2], place="Kigali")

    assert send_notices(at=SETTLED) == 2

    assert asked_anew() == {person.email}
    to_person = Message.objects.get(recipient=person.email)
    assert text_of(to_person).count("Please tell us again") == 1


def test_notice_never_holds_a_join_link_and_keeps_the_own_links_apart(area, focal_point):
    meeting = told_meeting(area)
    changed(meeting, join_link="https://meet.example.org/another", title="Fifth")

    send_notices(at=SETTLED)

    [message] = Message.objects.all()
    assert "Old title:" in message.body
    assert "join link" not in message.body
    assert "meet.example.org" not in message.body
    assert "/reply/" not in message.body
    assert [link.split("/")[5] for link in message.private_links.split()] == ["remote", "no"]
    assert message.keys == {**NO_PRIVATE_VALUES, "private_links": message.private_links}


@pytest.mark.parametrize(
    ("before", "now", "words"),
    [
        ({"place": "Geneva"}, {"place": "Kigali"}, "Old place: Geneva\nNew place: Kigali"),
        ({"place": ""}, {"place": "Kigali"}, "New place: Kigali"),
        ({"place": "Geneva"}, {"place": ""}, ("Old place: Geneva\nThe place was removed.")),
        (
            {"join_link": ""},
            {"join_link": LINK},
            "A join link was added. It is on the meeting page.",
        ),
        ({"join_link": LINK}, {"join_link": ""}, "The join link was removed."),
        ({"title": "Drafts"}, {"title": "Fourth meeting"}, "Old title: Drafts"),
    ],
)
def test_another_title_or_place_and_a_first_or_removed_room_are_told(
    area, focal_point, before, now, words
):
    changed(told_meeting(area, **before), **now)

    send_notices(at=SETTLED)

    assert written() == [(subject("Changed", "Fourth meeting"), "wanjiku@example.org")]
    assert words in the_mail()


def test_title_is_not_compared_with_what_the_release_before_announced(area, focal_point):
    meeting = told_meeting(area)
    Announcement.objects.update(title="")
    changed(meeting, title="Another title")

    assert send_notices(at=SETTLED) == 0

    changed(meeting, title="A third title", at=SETTLED)
    send_notices(at=SETTLED + 10 * MINUTE)
    assert "Old title: Another title" in the_mail()


def test_time_that_is_not_sure_is_told_as_such(area, focal_point):
    moved(told_meeting(area, is_tentative=True))
    send_notices(at=SETTLED)
    meeting_of(area, starts_at=THEN, title="Fifth meeting", changed_at=SETTLED)

    send_notices(at=SETTLED + 10 * MINUTE)

    moved_mail, new_mail = (text_of(each) for each in Message.objects.order_by("pk"))
    assert "The time is still to be confirmed." in moved_mail
    assert "If you are asked on the page, say whether you will attend" in new_mail


def test_notice_is_in_the_language_and_the_zone_of_its_reader(area):
    focal_point_in(area, language="zh-hans", time_zone="Africa/Nairobi")
    moved(told_meeting(area))

    send_notices(at=SETTLED)

    [message] = Message.objects.all()
    assert message.language == "zh-hans"
    assert message.body.count("内罗毕（UTC+3）") == 2


def test_place_and_title_are_shown_as_they_are(area):
    focal_point_in(area, language="ar")
    title = "Q&A [draft] *2* https://evil.example"
    changed(told_meeting(area, title=title, place="Hall B (3)"), place="قاعة 2")

    send_notices(at=SETTLED)

    [message] = Message.objects.all()
    # With its own text direction.
    assert "\u2068Hall B (3)\u2069" in message.body
    assert "\u2068Q&A [draft] *2* https://evil.exam…\u2069" in message.subject
    assert "Q&A [draft] *2* https: //evil" in text_of(message)


def test_subject_of_several_meetings_isolates_the_title_alone(area):
    focal_point_in(area, language="ar")
    for title in ("Fourth meeting (online)", "Fifth meeting"):
        changed(told_meeting(area, title=title), place="Hall B")

    send_notices(at=SETTLED)

    [message] = Message.objects.all()
    # What comes after the title is in the language of the subject, and not isolated.
    assert "\u2068Fourth meeting (onl…\u2069" in message.subject
    assert message.subject.endswith(" (وعدد آخر: 1)")


def test_whole_days_and_deadlines_are_told_without_being_asked_about(area, focal_point):
    day = THEN.replace(hour=23)
    deadline = {"kind": MeetingKind.DEADLINE, "is_all_day": True}
    meeting = told_meeting(area, **deadline, starts_at=day, ends_at=day + DAY)
    RsvpFactory(meeting=meeting, focal_point=focal_point)
    changed(meeting, starts_at=day + DAY, ends_at=day + 2 * DAY)

    send_notices(at=SETTLED)

    text = the_mail()
    assert "Old time:\nTuesday 2 November 2021, all day (Geneva)" in text
    assert "New time:\nWednesday 3 November 2021, all day (Geneva)" in text
    assert "whether you will attend" not in text
    # Nor about cancelled meetings.
    called_off = told_meeting(area)
    RsvpFactory(meeting=called_off, focal_point=focal_point)
    moved(called_off, at=SETTLED)
    cancel_meeting(meeting=called_off, by=None, at=SETTLED)
    assert send_notices(at=SETTLED + 10 * MINUTE) == 1
    assert asked_anew() == set()


def test_notice_tells_the_reasons_that_staff_typed(area):
    focal_point_in(area, language="ar")
    one, two, three = (
        told_meeting(area, starts_at=THEN + day * DAY, title=f"Meeting {day}") for day in range(3)
    )
    why = "The hall [B] is closed.\nSee https://evil.example"
    move_meeting(
        meeting=one, starts_at=THEN + HOUR, ends_at=THEN + 2 * HOUR, by=None, at=NOON, reason=why
    )
    # Corrected a moment later without typing the reason again.
    moved(one, to=THEN + 3 * HOUR, at=NOON + MINUTE)
    cancel_meeting(meeting=two, by=None, at=NOON, reason="Too few can come.")
    cancel_meeting(meeting=three, by=None, at=NOON)

    send_notices(at=SETTLED + MINUTE)

    text = the_mail()
    assert text.count("السبب: ") == 2
    assert "The hall [B] is closed." in text
    assert "https://evil" not in text
    assert text.index("Too few can come.") < text.index("Meeting 2")


def test_reason_of_an_earlier_move_is_not_told_again(area, focal_point):
    meeting = told_meeting(area)
    move_meeting(
        meeting=meeting,
        starts_at=THEN + HOUR,
        ends_at=THEN + 2 * HOUR,
        by=None,
        at=NOON,
        reason="X",
    )
    send_notices(at=SETTLED)
    moved(meeting, at=SETTLED)

    send_notices(at=SETTLED + 10 * MINUTE)

    texts = [text_of(message) for message in Message.objects.order_by("pk")]
    assert ["Reason: X" in text for text in texts] == [True, False]


def test_notice_of_one_meeting_links_its_papers_unless_it_is_cancelled(area, focal_point):
    meeting = told_meeting(area)
    paper = PaperVersionFactory(paper__meeting=meeting, paper__title="Draft")

    changed(meeting, place="Kigali")
    send_notices(at=NOON + HOUR)
    cancel_meeting(meeting=meeting, by=None, at=NOON + HOUR)
    send_notices(at=NOON + 3 * HOUR)

    moved_notice, cancellation = map(text_of, Message.objects.order_by("pk"))
    assert f"/en/my/papers/{paper.pk}/" in moved_notice
    assert "Draft" not in cancellation
