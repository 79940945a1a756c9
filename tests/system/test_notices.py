"""Meetings are moved and cancelled: from the calendar through beat and worker to a mailbox."""

import re
from datetime import timedelta

import pytest
from django.utils.timezone import now

from focus_areas.models import FocusArea
from meetings.services.meetings import cancel_meeting, change_meeting, move_meeting
from outbox.models import Message, Queue
from participation.services.notices import mark_all_as_announced
from participation.tasks import send_notices
from tests.participation.people import LINK, SOON, focal_point_in, meeting_of
from tests.processes import PATIENCE, eventually

pytestmark = [
    pytest.mark.patient,
    pytest.mark.postgresql_in_ci,
    pytest.mark.django_db(transaction=True),
]
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def test_twenty_edits_arrive_as_one_mail_for_each_reader_that_acts(on_redis, sink):
    area = FocusArea.objects.get(number=2)
    people = [
        focal_point_in(area, email=f"reader{number}@notices.example", language=language)
        for number, language in enumerate(("en", "ar"))
    ]
    meetings = [meeting_of(area, title=f"Meeting {n}", starts_at=SOON + n * DAY) for n in range(4)]
    long_ago = now() - 40 * MINUTE
    mark_all_as_announced(at=long_ago)
    for number in range(20):
        meeting = meetings[number % 4]
        start = meeting.starts_at + MINUTE
        when = {"starts_at": start, "ends_at": start + HOUR}
        move_meeting(
            meeting=meeting, by=None, at=long_ago + number * MINUTE, reason="Flood", **when
        )

    for _number in range(3):
        send_notices.delay()

    def arrived():
        """The mails to these readers, without those that another test left to the server."""
        mails = [(to, mail) for [to], mail in sink.arrived if to.startswith("reader")]
        return sorted(mails, key=lambda each: each[0])

    assert eventually(lambda: len(arrived()) >= len(people), within=PATIENCE)
    send_notices.delay()
    by_reader = dict(arrived())
    assert len(arrived()) == len(by_reader) == len(people)
    english, arabic = by_reader.values()
    text, html = (english.get_body((kind,)).get_content() for kind in ("plain", "html"))
    assert (text.count("New time:"), text.count("Reason: Flood")) == (4, 4)
    assert len(english["In-Reply-To"].split()) == 4
    links = re.findall(r"<(http\S+/en/reply/\w+/\S+/)>", text)
    assert len(links) == len(set(links)) == 8
    assert all(f'href="{link}"' in html for link in links)
    assert LINK not in text + html
    # Neither chose invitations.
    assert all("text/calendar" not in str(mail) for mail in (english, arabic))
    assert 'dir="rtl"' in arabic.get_body(("html",)).get_content()


def test_urgent_cancellation_arrives_within_a_minute_while_a_colleague_edits_another_meeting(
    on_redis, sink
):
    area = FocusArea.objects.get(number=3)
    reader = focal_point_in(area, email="urgent@notices.example")
    long_ago = now() - DAY
    soon = [
        meeting_of(area, title=title, starts_at=now() + 90 * MINUTE, changed_at=long_ago)
        for title in ("First", "Second")
    ]
    edited = meeting_of(area, title="Edited", changed_at=long_ago)
    mark_all_as_announced(at=long_ago)

    def letters():
        return [mail for to, mail in sink.arrived if to == [reader.email]]

    def edited_until(number):
        """Edit another meeting of the group, and return whether so many letters have arrived."""
        change_meeting(meeting=edited, place=f"Hall {edited.version}", by=None, at=now())
        return len(letters()) == number

    # Nothing but beat starts the task.
    for number, meeting in enumerate(soon, start=1):
        cancelled_at = now()
        cancel_meeting(meeting=meeting, by=None, at=cancelled_at, reason="Flood")
        assert eventually(lambda number=number: edited_until(number), within=60)

    # The next run repeats nothing, and the other meeting still waits.
    send_notices.delay()
    for letter, title in zip(letters(), ("First", "Second"), strict=True):
        assert title in letter["Subject"]
        assert "Reason: Flood" in letter.get_body(("plain",)).get_content()
    rows = Message.objects.filter(recipient=reader.email).values_list("queue", flat=True)
    assert list(rows) == [Queue.MAIL] * 2
    assert edited.announcement.version < edited.version
