"""Staff remind once a meeting those who have not replied."""

import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.conflicts import Refused
from meetings.services.meetings import cancel_meeting
from outbox.models import Message, MessageStatus
from participation.models import Announcement, MailPreferences, RsvpChoice
from participation.services.notices import cancel_expired_notices
from participation.services.reply_requests import AlreadyAsked, ask_for_replies
from tests.factories import NOON, RsvpFactory, UserFactory
from tests.participation.notices import DAY, THEN, moved, text_of, told_meeting
from tests.participation.people import account_of, focal_point_in, meeting_of
from tests.triage.staff import coordinator, observer, signed_in

pytestmark = pytest.mark.django_db


def page_of(meeting, page="expected"):
    return f"/admin/meetings/meeting/{meeting.pk}/{page}/"


def said(response):
    return [str(message) for message in get_messages(response.wsgi_request)]


def asked(meeting, at=NOON, by=None):
    return ask_for_replies(meeting=meeting, by=by or UserFactory(), at=at)


def test_only_people_without_a_reply_who_want_reminders_are_reminded(area, other_area):
    silent, coming, declined, unwilling = (
        focal_point_in(area, name) for name in ("Agency", "Bank", "Court", "Delegation")
    )
    focal_point_in(other_area, "Embassy")
    meeting, officer = told_meeting(area, place="Kigali"), UserFactory()
    RsvpFactory(meeting=meeting, focal_point=coming, choice=RsvpChoice.REMOTE)
    RsvpFactory(meeting=meeting, focal_point=declined, choice=RsvpChoice.NO)
    MailPreferences.objects.create(user=account_of(unwilling), day_before=False)

    assert asked(meeting, by=officer) == 1

    [message] = Message.objects.all()
    assert message.recipient == silent.email
    assert message.subject == "Please reply: Fourth meeting"
    assert message.expires_at == THEN
    for words in ("We do not have your reply yet.", "Kigali", "Yes, remotely"):
        assert words in text_of(message)
    row = Announcement.objects.get()
    assert (row.replies_asked_at, row.replies_asked_by) == (NOON, officer)


def asked_before(area):
    meeting = told_meeting(area)
    asked(meeting)
    return meeting


def everybody_replied(area):
    meeting = told_meeting(area)
    MailPreferences.objects.update(day_before=False)
    return meeting


@pytest.mark.parametrize(
    ("prepare", "at", "refusal"),
    [
        (asked_before, NOON, AlreadyAsked),
        (everybody_replied, NOON, "everybody_replied"),
        (told_meeting, THEN, "not_open"),
        (told_meeting, THEN - 43 * DAY, "too_early"),
        (lambda area: cancelled(told_meeting(area)), NOON, "not_open"),
        (lambda area: meeting_of(area, starts_at=THEN), NOON, "not_announced"),
        (lambda area: moved(told_meeting(area)), NOON, "not_announced"),
    ],
)
def test_reminder_to_reply_is_refused(area, focal_point, prepare, at, refusal):
    MailPreferences.objects.create(user=account_of(focal_point))
    meeting = prepare(area)
    before = list(Message.objects.values())

    with pytest.raises(Refused) as caught:
        asked(meeting, at=at)

    assert refusal in (type(caught.value), caught.value.code)
    assert list(Message.objects.values()) == before


def cancelled(meeting):
    return cancel_meeting(meeting=meeting, by=None, at=NOON)


@pytest.mark.parametrize("change", [cancelled, moved])
def test_reminder_to_reply_that_waits_is_cancelled_if_the_meeting_changes(
    area, focal_point, change
):
    meeting = told_meeting(area)
    asked(meeting)
    assert cancel_expired_notices(at=NOON) == 0

    change(meeting)

    assert cancel_expired_notices(at=NOON) == 1
    assert Message.objects.get().status == MessageStatus.CANCELLED


def test_page_of_replies_reminds_once_and_says_so(area, focal_point):
    focal_point_in(area, "Bank")
    meeting = told_meeting(area, starts_at=timezone.now() + 7 * DAY)
    desk = signed_in(coordinator(area))

    before = desk.get(page_of(meeting)).text
    response = desk.post(page_of(meeting, "expected/remind"))
    after = desk.get(page_of(meeting)).text
    again = desk.post(page_of(meeting, "expected/remind"))

    assert "Remind 2 people to reply" in before
    assert said(response) == ["2 people are reminded to reply."]
    assert "Those who had not replied were reminded on" in after
    assert "Remind 2" not in after
    assert "This is done once a meeting." in said(again)[-1]
    assert Message.objects.count() == 2


def test_reminder_to_reply_is_for_those_who_may_change_meetings(area, focal_point):
    meeting = told_meeting(area, starts_at=timezone.now() + 7 * DAY)
    client = signed_in(observer())

    page, sent = client.get(page_of(meeting)), client.post(page_of(meeting, "expected/remind"))

    assert "Remind 1 person" not in page.text
    assert sent.status_code == 403
    assert not Message.objects.exists()


def queries_to_ask(meeting):
    officer = UserFactory()
    with CaptureQueriesContext(connection) as queries:
        asked(meeting, by=officer)
    return len(queries)


def test_reminder_to_nine_takes_as_many_queries_as_one_to_three(area):
    for number in range(3):
        focal_point_in(area, f"Agency {number}")
    # The first one also reads the texts.
    asked(told_meeting(area))
    few = queries_to_ask(told_meeting(area))
    for number in range(6):
        focal_point_in(area, f"Bank {number}")

    assert queries_to_ask(told_meeting(area)) == few
    assert Message.objects.count() == 15
