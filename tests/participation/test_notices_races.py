"""Two workers, or a worker and a colleague, at the same moment, in real transactions."""

import pytest

from focus_areas.models import FocusArea
from meetings.models import Meeting
from meetings.services.meetings import cancel_meeting, move_meeting
from members.models import FocalPoint
from outbox.models import Message
from participation.models import Announcement, MailPreferences
from participation.services.missing_documents import remind_of_missing_documents
from participation.services.notices import send_notices
from participation.services.preferences import save_mail_preferences
from participation.services.reminders import send_reminders
from tests.factories import NOON
from tests.participation.notices import DAY, HOUR, SETTLED, THEN, moved, told_meeting
from tests.participation.people import account_of, focal_point_in
from tests.races import POSTGRESQL_ONLY, overtaken, without_locks
from tests.triage.staff import coordinator

pytestmark = POSTGRESQL_ONLY


def one_told():
    Meeting.objects.all().delete()
    area = FocusArea.objects.get(number=2)
    return focal_point_in(area), told_meeting(area)


def announced_twice():
    _person, meeting = one_told()
    moved(meeting)
    outcomes = overtaken(
        lambda: send_notices(at=SETTLED), lambda: send_notices(at=SETTLED), at="outbox_message"
    )
    return [*outcomes, Message.objects.count(), Announcement.objects.get().notice_count]


def test_notice_of_two_workers_at_once_is_written_once():
    assert sorted(map(str, announced_twice())) == sorted(["1", "0", "1", "1"])


def test_notice_of_two_workers_at_once_needs_the_lock():
    with without_locks():
        assert sorted(map(str, announced_twice())) != sorted(["1", "0", "1", "1"])


def test_first_notice_of_two_workers_at_once_is_written_once():
    Meeting.objects.all().delete()
    area = FocusArea.objects.get(number=2)
    focal_point_in(area)
    told_meeting(area)
    Announcement.objects.all().delete()

    outcomes = overtaken(
        lambda: send_notices(at=SETTLED), lambda: send_notices(at=SETTLED), at="outbox_message"
    )

    assert sorted(outcomes) == [0, 1]
    assert Message.objects.count() == Announcement.objects.count() == 1


def reminded_twice():
    one_told()
    at = THEN - DAY
    outcomes = overtaken(
        lambda: send_reminders(at=at), lambda: send_reminders(at=at), at="outbox_message"
    )
    return [*outcomes, Message.objects.count()]


def test_reminder_of_two_workers_at_once_is_written_once():
    assert sorted(map(str, reminded_twice())) == ["0", "1", "1"]


def test_reminder_of_two_workers_at_once_needs_the_lock():
    with without_locks():
        assert sorted(map(str, reminded_twice())) != ["0", "1", "1"]


def test_meeting_that_is_moved_while_a_notice_is_written_is_told_again():
    _person, meeting = one_told()
    moved(meeting)
    own = Meeting.objects.get()

    overtaken(
        lambda: send_notices(at=SETTLED),
        lambda: move_meeting(
            meeting=own,
            starts_at=THEN + 2 * DAY,
            ends_at=THEN + 2 * DAY + HOUR,
            by=None,
            at=SETTLED,
        ),
        at="outbox_message",
    )

    meeting.refresh_from_db()
    assert Announcement.objects.get().version < meeting.version
    assert send_notices(at=SETTLED + HOUR) == 1
    assert Announcement.objects.get().starts_at == THEN + 2 * DAY


def test_meeting_that_is_cancelled_while_it_is_reminded_of_waits_for_it():
    _person, _meeting = one_told()
    own = Meeting.objects.get()

    written, cancelled = overtaken(
        lambda: send_reminders(at=THEN - DAY),
        lambda: cancel_meeting(meeting=own, by=None, at=THEN - DAY),
        at="outbox_message",
    )

    assert written == 1
    assert isinstance(cancelled, Meeting)


@pytest.mark.parametrize("at", [THEN - 3 * DAY, THEN + HOUR + 10 * DAY])
def test_what_is_missing_is_asked_for_once_by_two_workers_at_once(at):
    _person, meeting = one_told()
    coordinator(meeting.focus_area)

    outcomes = overtaken(
        lambda: remind_of_missing_documents(at=at),
        lambda: remind_of_missing_documents(at=at),
        at="outbox_message",
    )

    assert sorted(outcomes) == [0, 1]
    assert Message.objects.count() == 1


def test_choices_in_two_windows_at_once_are_both_taken():
    person, _meeting = one_told()
    user = account_of(person)

    def choose(**facts):
        own = FocalPoint.objects.select_related("member").get(pk=person.pk)
        reading = {"language": own.language, "time_zone": own.time_zone}
        return lambda: save_mail_preferences(
            user=user, people=[own], new_papers=True, **facts, **reading, at=NOON
        )

    outcomes = overtaken(
        choose(day_before=False, hour_before=False),
        choose(day_before=False, hour_before=True),
        at="participation_mailpreferences",
    )

    assert [type(each) for each in outcomes] == [MailPreferences, MailPreferences]
    assert MailPreferences.objects.count() == 1
