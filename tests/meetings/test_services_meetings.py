from datetime import UTC, date, datetime, time, timedelta

import pytest

from core.conflicts import NothingChanged
from core.dates import all_day_range
from meetings.models import Meeting, MeetingKind, MeetingStatus
from meetings.services.meetings import (
    AlreadyCancelled,
    AlreadyScheduled,
    EndsBeforeItStarts,
    MeetingConflict,
    MeetingDeleted,
    NotAllDay,
    NotScheduled,
    cancel_meeting,
    change_meeting,
    draft_meeting,
    move_meeting,
    schedule_meeting,
)
from tests.factories import NOON, FocusAreaFactory, MeetingFactory, UserFactory

AN_HOUR = timedelta(hours=1)
MIDNIGHT = NOON.replace(hour=0)
LINK = "https://meet.example.org/abc"
RECORDING = "https://video.example.org/recordings/1"


def stored(meeting):
    return Meeting.objects.filter(pk=meeting.pk).values().get()


def test_draft_meeting_keeps_what_was_said():
    area, officer = FocusAreaFactory(number=2), UserFactory()

    meeting = draft_meeting(
        by=officer,
        at=NOON,
        focus_area=area,
        kind=MeetingKind.WEB_DIALOGUE,
        title="Skills",
        language="fr",
        starts_at=NOON + AN_HOUR,
        ends_at=NOON + 2 * AN_HOUR,
        time_zone="Africa/Kigali",
        is_tentative=True,
        is_public=True,
        place="Kigali",
        join_link=LINK,
        agenda="1. Opening",
        recording_link=RECORDING,
    )

    assert stored(meeting) == {
        "id": meeting.pk,
        "uid": meeting.uid,
        "focus_area_id": area.pk,
        "series_id": None,
        "occurrence": None,
        "sitting_of_id": None,
        "kind": "web_dialogue",
        "title": "Skills",
        "language": "fr",
        "starts_at": NOON + AN_HOUR,
        "ends_at": NOON + 2 * AN_HOUR,
        "time_zone": "Africa/Kigali",
        "local_day": date(2021, 10, 25),
        "local_time": time(15),
        "is_all_day": False,
        "is_tentative": True,
        "is_public": True,
        "place": "Kigali",
        "join_link": LINK,
        "agenda": "1. Opening",
        "recording_link": RECORDING,
        "status": "draft",
        "sequence": 0,
        "version": 1,
        "changed_at": NOON,
    }
    history = meeting.history.get()
    assert (history.history_user, history.history_date) == (officer, NOON)


def test_draft_meeting_refuses_an_end_before_the_start():
    count = Meeting.objects.count()

    with pytest.raises(EndsBeforeItStarts, match="The end must be after the start"):
        draft_meeting(
            by=UserFactory(), at=NOON, kind="meeting", title="T", starts_at=NOON, ends_at=NOON
        )

    assert Meeting.objects.count() == count


@pytest.mark.parametrize(
    ("starts_at", "ends_at"),
    [
        (NOON, MIDNIGHT + timedelta(days=1)),
        (MIDNIGHT, NOON),
    ],
)
def test_draft_meeting_refuses_whole_days_that_begin_or_end_at_noon(starts_at, ends_at):
    count = Meeting.objects.count()

    with pytest.raises(NotAllDay, match="begin and end at midnight"):
        draft_meeting(
            by=UserFactory(),
            at=NOON,
            kind="meeting",
            title="T",
            starts_at=starts_at,
            ends_at=ends_at,
            time_zone="UTC",
            is_all_day=True,
        )

    assert Meeting.objects.count() == count


def test_draft_meeting_takes_a_whole_day_of_25_hours():
    starts_at, ends_at = all_day_range(date(2021, 10, 31), date(2021, 10, 31), "Europe/Zurich")

    meeting = draft_meeting(
        by=None,
        at=NOON,
        kind="deadline",
        title="T",
        starts_at=starts_at,
        ends_at=ends_at,
        time_zone="Europe/Zurich",
        is_all_day=True,
    )

    assert meeting.ends_at - meeting.starts_at == timedelta(hours=25)


def test_put_on_the_calendar_shows_a_draft():
    meeting, officer = MeetingFactory(status=MeetingStatus.DRAFT, version=4), UserFactory()

    schedule_meeting(meeting=meeting, by=officer, at=NOON + AN_HOUR, version=4)

    meeting.refresh_from_db()
    assert meeting.status == MeetingStatus.SCHEDULED
    assert (meeting.version, meeting.sequence, meeting.changed_at) == (5, 0, NOON + AN_HOUR)
    latest = meeting.history.latest("history_id")
    assert (latest.history_user, latest.history_date) == (officer, NOON + AN_HOUR)


def test_put_on_the_calendar_refuses_what_is_there():
    meeting = MeetingFactory(status=MeetingStatus.SCHEDULED)
    before = stored(meeting)

    with pytest.raises(AlreadyScheduled, match="is on the calendar already"):
        schedule_meeting(meeting=meeting, by=UserFactory(), at=NOON + AN_HOUR)

    assert stored(meeting) == before


def test_put_on_the_calendar_refuses_what_was_cancelled():
    meeting = MeetingFactory(status=MeetingStatus.CANCELLED)
    before = stored(meeting)

    with pytest.raises(AlreadyCancelled):
        schedule_meeting(meeting=meeting, by=UserFactory(), at=NOON + AN_HOUR)

    assert stored(meeting) == before


def test_put_on_the_calendar_refuses_a_draft_that_a_colleague_changed():
    meeting, colleague = MeetingFactory(status=MeetingStatus.DRAFT), UserFactory(name="Amina")
    change_meeting(meeting=meeting, by=colleague, at=NOON, title="Other")
    before = stored(meeting)

    with pytest.raises(MeetingConflict, match="Amina changed this meeting"):
        schedule_meeting(meeting=meeting, by=UserFactory(), at=NOON + AN_HOUR, version=1)

    assert stored(meeting) == before


@pytest.mark.parametrize(
    "facts",
    [
        {"starts_at": NOON + timedelta(days=9), "ends_at": NOON + timedelta(days=9, hours=1)},
        {"time_zone": "Africa/Kigali"},
        {"place": "Kigali"},
        {"join_link": "https://meet.example.org/other"},
        {"is_all_day": True},
    ],
)
def test_change_that_calendars_must_learn_of_raises_the_sequence(facts):
    starts_at, ends_at = all_day_range(date(2022, 6, 7), date(2022, 6, 7), "Europe/Zurich")
    meeting = MeetingFactory(
        status=MeetingStatus.SCHEDULED,
        starts_at=starts_at,
        ends_at=ends_at,
        join_link=LINK,
        sequence=2,
        version=5,
    )
    uid = meeting.uid

    change_meeting(meeting=meeting, by=UserFactory(), at=NOON + AN_HOUR, version=5, **facts)

    meeting.refresh_from_db()
    assert {name: getattr(meeting, name) for name in facts} == facts
    assert (meeting.uid, meeting.sequence, meeting.version) == (uid, 3, 6)
    assert meeting.changed_at == NOON + AN_HOUR


@pytest.mark.parametrize(
    "facts",
    [
        {"title": "Better"},
        {"agenda": "More"},
        {"is_public": True},
        {"is_tentative": True},
        {"recording_link": RECORDING},
    ],
)
def test_change_of_words_keeps_the_sequence(facts):
    meeting = MeetingFactory(status=MeetingStatus.SCHEDULED, sequence=2, version=5)

    change_meeting(meeting=meeting, by=UserFactory(), at=NOON + AN_HOUR, **facts)

    meeting.refresh_from_db()
    assert {name: getattr(meeting, name) for name in facts} == facts
    assert (meeting.sequence, meeting.version) == (2, 6)


def test_change_of_a_draft_keeps_the_sequence():
    meeting = MeetingFactory(status=MeetingStatus.DRAFT)

    change_meeting(meeting=meeting, by=UserFactory(), at=NOON, place="Kigali")

    meeting.refresh_from_db()
    assert (meeting.place, meeting.sequence) == ("Kigali", 0)


def test_change_keeps_the_facts_that_it_does_not_name():
    meeting = MeetingFactory(join_link=LINK, place="Geneva", agenda="1. Opening")

    change_meeting(meeting=meeting, by=UserFactory(), at=NOON, title="Better")

    meeting.refresh_from_db()
    assert (meeting.join_link, meeting.place, meeting.agenda) == (LINK, "Geneva", "1. Opening")


def test_change_takes_typed_values_and_not_those_on_the_instance():
    meeting = MeetingFactory(title="First", agenda="1. Opening")
    meeting.agenda = "typed on the instance"

    change_meeting(meeting=meeting, by=UserFactory(), at=NOON, title="Second")

    meeting.refresh_from_db()
    assert (meeting.title, meeting.agenda) == ("Second", "1. Opening")


def test_change_is_kept_in_the_history_in_the_name_of_who_made_it():
    meeting, officer = MeetingFactory(title="First"), UserFactory()

    change_meeting(meeting=meeting, by=officer, at=NOON + AN_HOUR, title="Second")

    newest, oldest = meeting.history.order_by("-history_id")
    assert (oldest.title, newest.title) == ("First", "Second")
    assert (newest.history_user, newest.history_date) == (officer, NOON + AN_HOUR)


def test_change_refuses_what_a_colleague_changed_first_and_names_them():
    meeting, colleague = MeetingFactory(title="First"), UserFactory(name="Amina Diallo")
    change_meeting(
        meeting=meeting, by=colleague, at=datetime(2021, 10, 25, 14, 5, tzinfo=UTC), title="Theirs"
    )
    before = stored(meeting)

    with pytest.raises(MeetingConflict) as refused:
        change_meeting(meeting=meeting, by=UserFactory(), at=NOON, version=1, title="Mine")

    assert str(refused.value) == (
        "Amina Diallo changed this meeting after you opened it, on Monday 25 October 2021, 16:05 "
        "Geneva (UTC+2). Nothing of yours was saved."
    )
    assert stored(meeting) == before


@pytest.mark.parametrize("version", [4, 6])
def test_change_refuses_any_version_but_the_one_that_is_stored(version):
    meeting = MeetingFactory(title="First", version=5)
    before = stored(meeting)

    with pytest.raises(MeetingConflict):
        change_meeting(meeting=meeting, by=UserFactory(), at=NOON, version=version, title="Mine")

    assert stored(meeting) == before


def test_change_by_the_portal_is_named_as_its():
    meeting = MeetingFactory()
    change_meeting(meeting=meeting, by=None, at=NOON, title="Theirs")

    with pytest.raises(MeetingConflict, match="The portal changed this meeting"):
        change_meeting(meeting=meeting, by=UserFactory(), at=NOON, version=1, title="Mine")


def test_change_refuses_to_change_nothing():
    meeting = MeetingFactory(title="First")
    before = stored(meeting)

    with pytest.raises(NothingChanged, match="you changed nothing"):
        change_meeting(meeting=meeting, by=UserFactory(), at=NOON + AN_HOUR, title="First")

    assert stored(meeting) == before
    assert meeting.history.count() == 1


def test_change_refuses_an_end_before_the_start():
    meeting = MeetingFactory(starts_at=NOON, ends_at=NOON + AN_HOUR)
    before = stored(meeting)

    with pytest.raises(EndsBeforeItStarts):
        change_meeting(meeting=meeting, by=UserFactory(), at=NOON, ends_at=NOON - AN_HOUR)

    assert stored(meeting) == before


def test_change_refuses_another_zone_for_whole_days_that_stay_where_they_are():
    starts_at, ends_at = all_day_range(date(2022, 6, 7), date(2022, 6, 9), "Africa/Kigali")
    meeting = MeetingFactory(
        starts_at=starts_at, ends_at=ends_at, time_zone="Africa/Kigali", is_all_day=True
    )
    before = stored(meeting)

    with pytest.raises(NotAllDay):
        change_meeting(meeting=meeting, by=UserFactory(), at=NOON, time_zone="Asia/Tokyo")

    assert stored(meeting) == before


def test_move_meeting_keeps_its_identity():
    meeting, officer = MeetingFactory(join_link=LINK, sequence=0), UserFactory()
    uid = meeting.uid

    moved = move_meeting(
        meeting=meeting,
        starts_at=NOON + timedelta(days=9),
        ends_at=NOON + timedelta(days=9, hours=2),
        by=officer,
        at=NOON,
        version=1,
    )

    meeting.refresh_from_db()
    assert moved == meeting
    assert meeting.starts_at == NOON + timedelta(days=9)
    assert meeting.ends_at == NOON + timedelta(days=9, hours=2)
    assert (meeting.uid, meeting.join_link, meeting.sequence) == (uid, LINK, 1)


def test_move_meeting_refuses_a_cancelled_one_and_names_who_cancelled_it():
    meeting = MeetingFactory(status=MeetingStatus.SCHEDULED)
    cancel_meeting(meeting=meeting, by=UserFactory(name="Amina"), at=NOON)
    before = stored(meeting)

    with pytest.raises(AlreadyCancelled) as refused:
        move_meeting(
            meeting=meeting, starts_at=NOON, ends_at=NOON + AN_HOUR, by=UserFactory(), at=NOON
        )

    assert str(refused.value) == (
        "Amina cancelled this meeting on Monday 25 October 2021, 14:00 Geneva (UTC+2). It cannot "
        "be changed any more: plan a new one instead."
    )
    assert stored(meeting) == before


def test_cancel_meeting_marks_it_and_raises_the_sequence():
    meeting = MeetingFactory(status=MeetingStatus.SCHEDULED, join_link=LINK, sequence=1, version=3)
    uid, officer = meeting.uid, UserFactory()

    cancel_meeting(meeting=meeting, by=officer, at=NOON + AN_HOUR, version=3)

    meeting.refresh_from_db()
    assert meeting.status == MeetingStatus.CANCELLED
    assert (meeting.uid, meeting.sequence, meeting.version) == (uid, 2, 4)
    assert (meeting.join_link, meeting.changed_at) == (LINK, NOON + AN_HOUR)
    assert meeting.history.latest("history_id").history_user == officer


def test_cancel_meeting_refuses_to_cancel_again():
    meeting = MeetingFactory(status=MeetingStatus.CANCELLED)
    before = stored(meeting)

    with pytest.raises(AlreadyCancelled):
        cancel_meeting(meeting=meeting, by=UserFactory(), at=NOON + AN_HOUR)

    assert stored(meeting) == before


def test_cancel_meeting_refuses_a_draft():
    meeting = MeetingFactory(status=MeetingStatus.DRAFT)
    before = stored(meeting)

    with pytest.raises(NotScheduled, match="Nobody was told of it"):
        cancel_meeting(meeting=meeting, by=UserFactory(), at=NOON + AN_HOUR)

    assert stored(meeting) == before


def test_cancel_meeting_refuses_what_a_colleague_moved_meanwhile():
    meeting = MeetingFactory(status=MeetingStatus.SCHEDULED)
    change_meeting(meeting=meeting, by=UserFactory(name="Amina"), at=NOON, place="Kigali")
    before = stored(meeting)

    with pytest.raises(MeetingConflict, match="Amina"):
        cancel_meeting(meeting=meeting, by=UserFactory(), at=NOON + AN_HOUR, version=1)

    assert stored(meeting) == before


@pytest.mark.parametrize("step", [schedule_meeting, cancel_meeting, change_meeting])
def test_step_on_a_draft_that_was_deleted_meanwhile_is_refused(step):
    meeting = MeetingFactory(status=MeetingStatus.DRAFT)
    Meeting.objects.filter(pk=meeting.pk).delete()

    with pytest.raises(MeetingDeleted, match="deleted this draft"):
        step(meeting=meeting, by=UserFactory(), at=NOON)
