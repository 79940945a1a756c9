"""The text of a notice of a meeting, and what it never contains."""

import email
import email.policy
import re
from html import unescape

import pytest

from meetings.models import Meeting, MeetingKind, MeetingStatus
from meetings.services.meetings import cancel_meeting, move_meeting
from meetings.services.sittings import link_sittings
from outbox.models import NO_PRIVATE_VALUES, Message, MessageTemplate
from outbox.services.delivery import compose
from participation.models import Announcement, Rsvp
from participation.services.notices import send_notices
from tests.factories import NOON, RsvpFactory
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
    changed(meeting, join_link="https://meet.example.org/another")

    send_notices(at=SETTLED)

    [message] = Message.objects.all()
    assert "The join link has changed. The new link is on the meeting page." in message.body
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
    ],
)
def test_another_place_or_join_link_is_told(area, focal_point, before, now, words):
    changed(told_meeting(area, **before), **now)

    send_notices(at=SETTLED)

    assert written() == [(subject("Changed", "Fourth meeting"), "wanjiku@example.org")]
    assert words in the_mail()


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


# The names of all meetings, and the subject

LONG_TITLE = f"Connectivity for communities {9 * 'in rural and remote areas '}"[:200].strip()


def cancelled(meeting, reason=""):
    return cancel_meeting(meeting=meeting, by=None, at=NOON, reason=reason)


def confirmed(meeting, **facts):
    return changed(meeting, is_tentative=False, **facts)


def text_and_html():
    """The two texts of the only mail, as it is sent."""
    sent = compose(Message.objects.get()).message().as_bytes()
    mail = email.message_from_bytes(sent, policy=email.policy.default)
    text, html = (mail.get_body((kind,)).get_content() for kind in ("plain", "html"))
    return text, unescape(re.sub(r"<[^>]+>", " ", html)), html


def test_all_meetings_that_are_cancelled_are_named_before_what_else_changed(area, focal_point):
    titles = [LONG_TITLE, *(f"Kept {number}" for number in range(1, 10))]
    kept = [
        told_meeting(area, title=title, starts_at=THEN + day * DAY)
        for day, title in enumerate(titles)
    ]
    lost = [
        told_meeting(area, title=f"Lost {number}", starts_at=THEN + (90 + number) * DAY)
        for number in range(20)
    ]
    for meeting in kept:
        moved(meeting, to=meeting.starts_at + HOUR)
    for meeting in lost:
        cancelled(meeting)

    assert send_notices(at=SETTLED) == 1

    [(words, _to)] = written()
    more = "(and 19 more; changed: 10)"
    assert words == subject("Cancelled", "Lost 0", "Sun 30 Jan", more)
    text, words_of_html, html = text_and_html()
    for read in (text, words_of_html):
        lost = [read.index(f"Lost {number}") for number in range(20)]
        kept = [read.index(f"Kept {number}") for number in range(1, 10)]
        assert lost == sorted(lost)
        assert max(lost) < read.index("This has changed as well:") < min(kept)
    assert Message.objects.get().attachment == ""
    # Six of each are told in full, the others as items of a list.
    assert text.count("Planned date and time:") == text.count("New time:") == 6
    assert html.count("<li") == 14 + 4
    assert "- Lost 19 · Friday 18 February 2022, 15:00 to 16:00 Nairobi (UTC+3)\n" in text
    assert "- Kept 9 · Wednesday 10 November 2021, 16:00 to 17:00 Nairobi (UTC+3) · Moved\n" in text


def test_subject_shortens_the_title_and_keeps_the_day_and_how_many_more(area, focal_point):
    for day in range(2):
        changed(told_meeting(area, title=LONG_TITLE, starts_at=THEN + day * DAY), place="Kigali")

    send_notices(at=SETTLED)

    [(words, _to)] = written()
    assert words == subject("Changed", "Connectivity for communiti…", "Mon 1 Nov", "(and 1 more)")
    assert len(words) == 60


def test_text_of_staff_with_the_titles_still_says_how_many_more(area, focal_point):
    template = MessageTemplate.objects.filter(template_type="meeting_cancelled", language="en")
    template.update(subject="Cancelled: {day}, {group} – {title}")
    for day in range(2):
        cancelled(told_meeting(area, title=LONG_TITLE, starts_at=THEN + day * DAY))

    send_notices(at=SETTLED)

    [(words, _to)] = written()
    assert words == (
        "Cancelled: Mon 1 Nov, Working group 2 – Connectivity for communities in rural a… and 1 "
        "more meeting"
    )


def test_time_is_in_a_box_and_answers_are_buttons(area, focal_point):
    RsvpFactory(meeting=(meeting := told_meeting(area)), focal_point=focal_point)
    moved(meeting)

    send_notices(at=SETTLED)

    body = Message.objects.get().body
    assert "> New time:\\\n> **Tuesday 2 November 2021, 15:00 to 16:00 Nairobi (UTC+3)**" in body
    assert "\n\n[Yes, remotely]([[private-link-1]])\n[No]([[private-link-2]])\n\n" in body


def test_reason_of_the_same_cancellation_is_told_once_in_the_list(area, focal_point):
    for number in range(10):
        reason = ["Flood", "Flood", "Strike", "Strike"][number - 6] if number > 5 else "Flood"
        cancelled(told_meeting(area, title=f"Lost {number}", starts_at=THEN + number * DAY), reason)

    send_notices(at=SETTLED)

    items = [line for line in the_mail().splitlines() if line.startswith("- ")]
    assert ["Reason: " in item for item in items] == [False, False, True, False]
    assert items[2].endswith(" · Reason: Strike")


def test_title_in_a_list_is_shown_as_it_is_typed(area):
    focal_point_in(area, language="ar")
    for number in range(7):
        title = "Q&A [draft] *2* <b>" if number == 6 else "First"
        cancelled(told_meeting(area, title=title, starts_at=THEN + number * DAY))

    send_notices(at=SETTLED)

    text, _words, html = text_and_html()
    # With its own text direction.
    assert "- \u2068Q&A [draft] *2* <b>\u2069 · " in text
    assert "Q&amp;A [draft] *2* &lt;b&gt;" in html


FIRST_WORDS = {
    "en": ("New", "Moved", "Changed", "Time confirmed", "Cancelled"),
    "zh-hans": ("新增", "时间变更", "安排变更", "时间已确认", "取消"),
}


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ("n", 0),
        ("m", 1),
        ("p", 2),
        ("t", 3),
        ("c", 4),
        # Several kinds in one mail.
        ("nm", 2),
        ("tp", 2),
        ("nmptc", 4),
    ],
)
@pytest.mark.parametrize("language", FIRST_WORDS)
def test_subject_begins_with_what_happened(area, language, changes, word):
    focal_point_in(area, language=language)
    do = {
        "m": lambda each: moved(each, to=each.starts_at + HOUR),
        "p": lambda each: changed(each, place="Kigali"),
        "t": confirmed,
        "c": cancelled,
    }
    told = {change: told_meeting(area, is_tentative=change == "t") for change in do}
    for change in changes:
        if change == "n":
            meeting_of(area, starts_at=THEN, changed_at=NOON)
        else:
            do[change](told[change])

    send_notices(at=SETTLED)

    [(read, _to)] = written()
    assert re.split(r" ?[:：]", read)[0] == FIRST_WORDS[language][word]


@pytest.mark.parametrize(
    ("facts", "word"),
    [
        ({}, "Time confirmed"),
        ({"place": "Kigali"}, "Changed"),
        ({"starts_at": THEN + HOUR, "ends_at": THEN + 2 * HOUR}, "Moved"),
    ],
)
def test_confirmed_time_is_told_alone_and_with_other_changes(area, focal_point, facts, word):
    confirmed(told_meeting(area, is_tentative=True), **facts)

    assert send_notices(at=SETTLED) == 1

    assert written() == [(subject(word, "Fourth meeting"), focal_point.email)]
    text = the_mail()
    assert text.count("The time is now confirmed.") == 1
    assert "15:00 to 16:00 Nairobi (UTC+3)" in text
    assert "Will you attend?" in text


def test_confirmed_time_is_told_once_and_its_withdrawal_is_not_told(area, focal_point):
    meeting = told_meeting(area, is_tentative=True)
    confirmed(meeting)
    assert send_notices(at=SETTLED) == 1

    changed(meeting, is_tentative=True, at=NOON + HOUR)
    assert send_notices(at=NOON + 2 * HOUR) == 0
    changed(meeting, agenda="1. Welcome", at=NOON + 3 * HOUR)
    assert send_notices(at=NOON + 4 * HOUR) == 0
    changed(meeting, is_tentative=False, at=NOON + 5 * HOUR)
    assert send_notices(at=NOON + 6 * HOUR) == 1


def test_time_that_the_release_before_announced_is_not_told_as_confirmed(area, focal_point):
    meeting = told_meeting(area, is_tentative=True)
    Announcement.objects.update(is_tentative=None)
    confirmed(meeting)

    assert send_notices(at=SETTLED) == 0
    assert Announcement.objects.get().is_tentative is False


def test_cancellation_asks_not_to_forward_the_links_if_it_has_some(area, focal_point):
    cancelled(told_meeting(area))
    send_notices(at=SETTLED)
    assert "for you alone" not in the_mail()
    Message.objects.all().delete()
    called_off, kept = told_meeting(area), told_meeting(area)
    cancelled(called_off)
    moved(kept)

    send_notices(at=SETTLED)

    assert the_mail().count("The links to reply are for you alone. Please do not") == 1


def test_subject_and_text_say_which_sitting_of_a_meeting_is_cancelled(area, focal_point):
    one, other = told_meeting(area), told_meeting(area, starts_at=THEN + DAY, title="Second")
    link_sittings(meeting=other, other=one, by=None, at=NOON - DAY)
    send_notices(at=NOON)
    moved(one, to=THEN + HOUR)
    cancelled(other)

    send_notices(at=SETTLED)

    [(words, _to)] = written()
    assert words == subject("Cancelled", "Second", "Tue 2 Nov")
    first, second = the_mail().split("Second\n")
    assert "New time:" in first
    assert "This meeting is cancelled." in second


def test_meeting_that_takes_place_after_all_is_named_in_a_list(area, focal_point):
    back = told_meeting(area, status=MeetingStatus.CANCELLED, starts_at=THEN + 30 * DAY)
    for number in range(6):
        moved(told_meeting(area), to=THEN + (number + 1) * DAY)
    Meeting.objects.filter(pk=back.pk).update(
        status=MeetingStatus.SCHEDULED, version=2, changed_at=NOON
    )

    send_notices(at=SETTLED)

    assert "Nairobi (UTC+3) · Takes place after all\n" in the_mail()
