"""Participants who want it are reminded once of a meeting that begins soon."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from focus_areas.models import FocusArea
from meetings.models import Meeting, MeetingKind
from meetings.services.agenda import set_agenda
from meetings.services.meetings import cancel_meeting
from outbox.models import Message, MessageStatus, Queue
from outbox.services.queue import cancel_message
from participation.models import Announcement, MailPreferences, RsvpChoice
from participation.services import reminders
from participation.services.notices import cancel_expired_notices, send_notices
from participation.services.reminders import send_reminders
from tests.factories import (
    AgendaItemFactory,
    PaperVersionFactory,
    RsvpFactory,
    UserFactory,
)
from tests.participation.notices import (
    DAY,
    HOUR,
    MINUTE,
    THEN,
    changed,
    moved,
    text_of,
    the_mail,
    told_meeting,
    written,
)
from tests.participation.people import (
    account_of,
    focal_point_in,
    handed_over,
    meeting_of,
    withdrawn,
)
from tests.participation.sittings import answered

pytestmark = pytest.mark.django_db
A_DAY_BEFORE, AN_HOUR_BEFORE = THEN - DAY, THEN - HOUR
SECOND = timedelta(seconds=1)
HOUR_BEFORE = {"day_before": False, "hour_before": True}


def wishes(person, **facts):
    return MailPreferences.objects.create(user=account_of(person), **facts)


def statuses():
    return list(Message.objects.order_by("pk").values_list("status", flat=True))


def test_reminder_comes_a_day_before_with_both_times_place_and_answer(area, focal_point):
    meeting = told_meeting(area, place="Kigali")
    RsvpFactory(meeting=meeting, focal_point=focal_point, choice=RsvpChoice.REMOTE)

    assert send_reminders(at=A_DAY_BEFORE - SECOND) == 0
    assert send_reminders(at=A_DAY_BEFORE) == 1

    assert written() == [("Reminder: Fourth meeting, Mon 1 Nov", "wanjiku@example.org")]
    text = the_mail()
    for words in (
        "Monday 1 November 2021, 15:00 to 16:00 Nairobi (UTC+3)",
        "Monday 1 November 2021, 13:00 to 14:00 Geneva (UTC+1)",
        ("Place: Kigali\nThe join link is on the meeting page."),
        "Your reply: Yes, remotely",
        f"/en/my/meetings/{meeting.uid}/",
        "/en/my/preferences/",
    ):
        assert words in text
    assert "meet.example.org" not in text


def test_reminder_links_the_papers_in_the_readers_language(area, focal_point):
    meeting = told_meeting(area)
    draft = PaperVersionFactory(paper__meeting=meeting, paper__title="Draft [1]").paper
    french = PaperVersionFactory(paper=draft, language="fr")
    table = PaperVersionFactory(paper__meeting=meeting, paper__title="Table", language="fr")
    PaperVersionFactory(paper__title="Of another meeting", paper__meeting=told_meeting(None))

    send_reminders(at=A_DAY_BEFORE)

    text = text_of(Message.objects.get(topic__startswith=f"meeting-{meeting.pk}/"))
    english = draft.versions.get(language="en")
    assert f"/en/my/papers/{english.pk}/" in text
    assert f"/en/my/papers/{table.pk}/" in text
    assert f"/my/papers/{french.pk}/" not in text
    assert text.index("Draft [1]") < text.index("Table")
    assert "Of another meeting" not in text


def test_reminder_comes_once_however_often_the_task_runs(area, focal_point):
    meeting = told_meeting(area)
    # A meeting that was not announced.
    meeting_of(area, starts_at=THEN)

    assert [send_reminders(at=A_DAY_BEFORE + number * HOUR) for number in range(3)] == [1, 0, 0]

    [message] = Message.objects.all()
    start = int(THEN.timestamp())
    assert message.topic == (
        f"meeting-{meeting.pk}/day-before/{start}/version-1/focal-point-{focal_point.pk}"
    )
    assert message.reference == focal_point.member.reference
    assert (message.expires_at, message.queue) == (THEN - 3 * HOUR, Queue.BULK)
    # Nor again after a colleague has cancelled it.
    cancel_message(message=message, by=UserFactory(), at=A_DAY_BEFORE)
    assert send_reminders(at=A_DAY_BEFORE + HOUR) == 0


@pytest.mark.parametrize(
    ("at", "wish", "facts"),
    [
        # Too late.
        (THEN - 3 * HOUR, {}, {}),
        (THEN + 7 * DAY, {}, {}),
        (A_DAY_BEFORE, {"day_before": False}, {}),
        (AN_HOUR_BEFORE, HOUR_BEFORE, {"kind": MeetingKind.DEADLINE}),
        (AN_HOUR_BEFORE, HOUR_BEFORE, {"is_all_day": True, "ends_at": THEN + DAY}),
    ],
)
def test_nobody_is_reminded_late_or_without_wish_or_hour(area, focal_point, at, wish, facts):
    told_meeting(area, **facts)
    wishes(focal_point, **wish)

    assert send_reminders(at=at) == 0


@pytest.mark.parametrize(
    ("kind", "answer"),
    [(MeetingKind.MEETING, "Your reply: no reply yet"), (MeetingKind.DEADLINE, "")],
)
def test_reminder_asks_for_an_answer_and_says_what_is_not_sure(area, focal_point, kind, answer):
    told_meeting(area, kind=kind, is_tentative=True)

    send_reminders(at=A_DAY_BEFORE)

    text = the_mail()
    assert "The time is still to be confirmed." in text
    assert answer in text
    assert ("Your reply" in text) == bool(answer)


def test_who_answered_no_is_not_reminded_and_who_did_for_the_old_time_is(area, focal_point):
    meeting = told_meeting(area)
    answer = RsvpFactory(meeting=meeting, focal_point=focal_point, choice=RsvpChoice.NO)

    assert send_reminders(at=A_DAY_BEFORE) == 0

    answer.starts_at = THEN - HOUR
    answer.save()
    assert send_reminders(at=A_DAY_BEFORE) == 1
    assert "no reply yet" in the_mail()


def test_who_stands_for_two_is_reminded_once_with_what_they_answered_for_each(area, focal_point):
    meeting = told_meeting(area)
    other = focal_point_in(area, "Academy", email=focal_point.email)
    RsvpFactory(meeting=meeting, focal_point=other, choice=RsvpChoice.NO)

    assert send_reminders(at=A_DAY_BEFORE) == 1

    text = the_mail()
    assert "Your reply for Ministry of Somewhere: no reply yet" in text
    assert "Your reply for Academy: No" in text


def test_reminder_an_hour_before_comes_to_who_asked_for_it(area, focal_point):
    other = focal_point_in(area)
    told_meeting(area)
    wishes(other, **HOUR_BEFORE)

    assert send_reminders(at=AN_HOUR_BEFORE - SECOND) == 0
    assert send_reminders(at=AN_HOUR_BEFORE) == 1
    assert send_reminders(at=AN_HOUR_BEFORE + 5 * MINUTE) == 0

    assert written() == [("About to begin: Fourth meeting", other.email)]
    [message] = Message.objects.all()
    assert message.expires_at == THEN - 10 * MINUTE
    assert message.queue == Queue.MAIL


@pytest.mark.parametrize("comes_back", [False, True])
def test_reminder_of_a_meeting_that_moves_is_cancelled_and_comes_anew(
    area, focal_point, comes_back
):
    meeting = told_meeting(area)
    send_reminders(at=A_DAY_BEFORE)
    moved(meeting, to=THEN + DAY, at=A_DAY_BEFORE)
    later = A_DAY_BEFORE + HOUR

    # It waits until the move is announced.
    assert cancel_expired_notices(at=A_DAY_BEFORE) == 1
    assert send_reminders(at=A_DAY_BEFORE) == 0

    if comes_back:
        moved(meeting, to=THEN, at=A_DAY_BEFORE + MINUTE)
        assert send_notices(at=later) == 0
        assert send_reminders(at=later) == 1
        assert statuses() == [MessageStatus.CANCELLED, MessageStatus.QUEUED]
    else:
        assert send_notices(at=later) == 1
        assert send_reminders(at=later) == 0
        assert send_reminders(at=A_DAY_BEFORE + DAY) == 1
        assert statuses() == [MessageStatus.CANCELLED, *[MessageStatus.QUEUED] * 2]


def test_another_place_does_not_remind_anew(area, focal_point):
    meeting = told_meeting(area)
    send_reminders(at=A_DAY_BEFORE)
    changed(meeting, place="Kigali", at=A_DAY_BEFORE)
    send_notices(at=A_DAY_BEFORE + HOUR)

    assert send_reminders(at=A_DAY_BEFORE + HOUR) == 0
    # Neither the reminder nor the notice is cancelled.
    assert cancel_expired_notices(at=A_DAY_BEFORE + HOUR) == 0


def test_reminders_and_notices_of_a_cancelled_meeting_are_cancelled_at_once(area, focal_point):
    meeting, later = told_meeting(area), A_DAY_BEFORE + HOUR
    send_reminders(at=A_DAY_BEFORE)
    changed(meeting, place="Kigali", at=A_DAY_BEFORE)
    send_notices(at=later)
    cancel_meeting(meeting=meeting, by=None, at=later)

    assert [cancel_expired_notices(at=later) for _run in range(2)] == [2, 0]

    send_notices(at=later + HOUR)
    assert cancel_expired_notices(at=later + HOUR) == 0
    assert statuses() == [*[MessageStatus.CANCELLED] * 2, MessageStatus.QUEUED]


def test_mail_to_who_handed_over_or_withdrew_is_cancelled(area, focal_point):
    gone = focal_point_in(area)
    told_meeting(area)
    send_reminders(at=A_DAY_BEFORE)
    handed_over(focal_point, at=A_DAY_BEFORE)
    withdrawn(gone, at=A_DAY_BEFORE)

    cancel_expired_notices(at=A_DAY_BEFORE)

    about_it = Message.objects.filter(topic__startswith="meeting-")
    assert set(about_it.values_list("status", flat=True)) == {MessageStatus.CANCELLED}


def test_run_is_bounded_and_the_next_goes_on(area, focal_point, monkeypatch):
    monkeypatch.setattr(reminders, "MAX_MAILS_PER_RUN", 2)
    for _number in range(3):
        told_meeting(area)

    assert [send_reminders(at=A_DAY_BEFORE) for _run in range(3)] == [2, 1, 0]


def queries_for(number, area):
    for _number in range(number):
        focal_point_in(area)
    told_meeting(area)
    with CaptureQueriesContext(connection) as queries:
        assert send_reminders(at=A_DAY_BEFORE) == number
        cancel_expired_notices(at=A_DAY_BEFORE)
    Message.objects.all().delete()
    Meeting.objects.all().delete()
    return len(queries)


def test_reminding_nine_takes_as_many_queries_as_one(area):
    one = queries_for(1, area)
    assert queries_for(9, FocusArea.objects.get(number=4)) == one


# Sittings of one meeting


def told_sittings(area):
    """Two sittings that were announced; the second one is at night in Nairobi."""
    first = told_meeting(area, title="Morning sitting")
    facts = {"starts_at": THEN + 8 * HOUR, "title": "Evening sitting", "sitting_of": first}
    return first, told_meeting(area, **facts)


def reminded(*hours):
    """Let the task run some hours before the first sitting; return the subjects of the mails."""
    # A day before each sitting, and after the first one.
    for number in hours or (24, 16, -2):
        send_reminders(at=THEN - number * HOUR)
    return [subject for subject, _address in written()]


def test_undecided_reader_is_reminded_of_the_sitting_in_their_daytime_which_names_the_other(
    area, focal_point
):
    told_sittings(area)

    assert reminded() == ["Reminder: Morning sitting, Mon 1 Nov"]

    assert "You can attend this sitting instead:\nMonday 1 November 2021, 23:00" in the_mail()


def test_undecided_reader_is_reminded_once_also_if_they_change_their_time_zone(area, focal_point):
    told_sittings(area)
    reminded(24)
    focal_point.time_zone = "Pacific/Auckland"
    focal_point.save()

    assert reminded() == ["Reminder: Morning sitting, Mon 1 Nov"]


@pytest.mark.parametrize(
    ("number", "choice", "subjects"),
    [
        (0, RsvpChoice.YES, ["Reminder: Morning sitting, Mon 1 Nov"]),
        (1, RsvpChoice.REMOTE, ["Reminder: Evening sitting, Mon 1 Nov"]),
        (1, RsvpChoice.NO, []),
    ],
)
def test_reader_is_reminded_of_the_sitting_that_they_chose_and_of_none_that_they_declined(
    area, focal_point, number, choice, subjects
):
    sittings = told_sittings(area)
    answered(sittings[number], focal_point, choice)

    assert reminded() == subjects

    assert all("instead" not in text_of(message) for message in Message.objects.all())


def test_reader_who_chooses_the_other_sitting_after_the_reminder_is_reminded_of_that(
    area, focal_point
):
    _first, second = told_sittings(area)
    reminded(24)
    answered(second, focal_point, at=A_DAY_BEFORE + HOUR)

    assert reminded() == [
        "Reminder: Morning sitting, Mon 1 Nov",
        "Reminder: Evening sitting, Mon 1 Nov",
    ]


def test_reader_of_two_roles_is_reminded_of_the_sitting_of_each(area, focal_point):
    bank = focal_point_in(area, "Bank", email=focal_point.email)
    first, second = told_sittings(area)
    answered(first, focal_point)
    answered(second, bank)

    assert reminded() == [
        "Reminder: Morning sitting, Mon 1 Nov",
        "Reminder: Evening sitting, Mon 1 Nov",
    ]

    assert "Your reply for Bank: At the other sitting" in text_of(Message.objects.earliest("pk"))


@pytest.mark.parametrize(("number", "choice"), [(0, RsvpChoice.NO), (1, RsvpChoice.REMOTE)])
def test_waiting_reminder_of_a_sitting_is_cancelled_if_the_reader_declines_it(
    area, focal_point, number, choice
):
    bank = focal_point_in(area, "Bank", email=focal_point.email)
    sittings = told_sittings(area)
    reminded(24)
    answered(sittings[number], focal_point, choice)

    # The other role has not answered.
    assert cancel_expired_notices(at=A_DAY_BEFORE) == 0
    answered(sittings[number], bank, choice)
    assert cancel_expired_notices(at=A_DAY_BEFORE) == 1


def test_reminder_has_the_agenda_as_it_is_then_in_the_zone_of_the_reader(area, focal_point):
    meeting = told_meeting(area)
    AgendaItemFactory(meeting=meeting, title="Opening", minutes=5)
    AgendaItemFactory(meeting=meeting, position=2, title="Targets", speaker="Maria Conti")

    send_reminders(at=A_DAY_BEFORE)

    text = text_of(Message.objects.get())
    local = THEN.astimezone(ZoneInfo(focal_point.time_zone))
    assert f"{local:%H:%M} Opening · 5 minutes" in text
    assert f"{local + 5 * MINUTE:%H:%M} Targets · 10 minutes · Maria Conti" in text


def test_change_of_the_agenda_alone_is_not_told_by_a_notice(area, focal_point):
    meeting = told_meeting(area)
    facts = {"key": None, "title": "Opening", "minutes": 5, "speaker": ""}
    set_agenda(meeting=meeting, items=[facts], by=None, at=A_DAY_BEFORE - DAY)

    assert send_notices(at=A_DAY_BEFORE) == 0
    assert Announcement.objects.get().version == 2
