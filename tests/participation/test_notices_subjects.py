"""The names of all meetings in a notice, and its subject."""

import email
import email.policy
import re
from html import unescape

import pytest

from meetings.models import Meeting, MeetingStatus
from meetings.services.meetings import cancel_meeting
from meetings.services.sittings import link_sittings
from outbox.models import Message, MessageTemplate
from outbox.services.delivery import compose
from participation.models import Announcement
from participation.services.notices import send_notices
from tests.factories import NOON, RsvpFactory
from tests.participation.notices import (
    DAY,
    HOUR,
    SETTLED,
    THEN,
    changed,
    moved,
    subject,
    the_mail,
    told_meeting,
    written,
)
from tests.participation.people import focal_point_in, meeting_of

pytestmark = pytest.mark.django_db

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
