from datetime import UTC, date, datetime, time, timedelta

import pytest

from core.conflicts import NothingChanged
from meetings.models import Meeting, MeetingKind, MeetingStatus
from meetings.services.meetings import (
    AlreadyCancelled,
    AlreadyScheduled,
    MeetingConflict,
    MeetingDeleted,
    NotCancelled,
    NotScheduled,
    cancel_meeting,
    change_meeting,
    delete_draft,
    draft_meeting,
    move_meeting,
    put_back_meeting,
    schedule_meeting,
)
from participation.models import ProposalStatus
from tests.factories import (
    NOON,
    FocusAreaFactory,
    MeetingFactory,
    MeetingProposalFactory,
    PaperFactory,
    UserFactory,
)
from tests.meetings.repeated import refused, whole_days

AN_HOUR = timedelta(hours=1)
MIDNIGHT = NOON.replace(hour=0)
LINK = "https://meet.example.org/abc"
RECORDING = "https://video.example.org/recordings/1"
JOINABLE = {"is_public": True, "is_join_public": True}
PUBLISHED = {"is_public": True, "recording_link": RECORDING, "is_recording_public": True}
A_DRAFT, CANCELLED = {"status": MeetingStatus.DRAFT}, {"status": MeetingStatus.CANCELLED}


def latest_of(meeting):
    return meeting.history.latest("history_id")


def test_draft_meeting_keeps_what_was_said():
    area, officer = FocusAreaFactory(number=2), UserFactory()
    said = {
        "kind": MeetingKind.WEB_DIALOGUE,
        "title": "Skills",
        "language": "fr",
        "starts_at": NOON + AN_HOUR,
        "ends_at": NOON + 2 * AN_HOUR,
        "time_zone": "Africa/Kigali",
        "is_tentative": True,
        "is_public": True,
        "is_join_public": True,
        "place": "Kigali",
        "join_link": LINK,
        "agenda": "1. Opening",
        "recording_link": RECORDING,
        "is_recording_public": True,
    }

    meeting = draft_meeting(by=officer, at=NOON, focus_area=area, **said)

    assert Meeting.objects.filter(pk=meeting.pk).values().get() == {
        **said,
        "id": meeting.pk,
        "uid": meeting.uid,
        "focus_area_id": area.pk,
        "part_id": None,
        "series_id": None,
        "occurrence": None,
        "sitting_of_id": None,
        "local_day": date(2021, 10, 25),
        "local_time": time(15),
        "is_all_day": False,
        "status": "draft",
        "reason": "",
        "sequence": 0,
        "version": 1,
        "changed_at": NOON,
    }
    history = meeting.history.get()
    assert (history.history_user, history.history_date) == (officer, NOON)


A_DAY = {"starts_at": MIDNIGHT, "ends_at": MIDNIGHT + timedelta(days=1), "is_all_day": True}


@pytest.mark.parametrize(
    ("refusal", "words", "facts"),
    [
        ("ends_before_it_starts", "The end must be after the start", {"ends_at": NOON}),
        ("not_all_day", "begin and end at midnight", {**A_DAY, "starts_at": NOON}),
        ("not_all_day", "begin and end at midnight", {**A_DAY, "ends_at": NOON}),
        ("recording_not_publishable", "the meeting is public", {**PUBLISHED, "recording_link": ""}),
        ("recording_not_publishable", "has a link to it", {**PUBLISHED, "is_public": False}),
    ],
)
def test_draft_meeting_refuses_what_cannot_be(refusal, words, facts):
    times = {"starts_at": NOON, "ends_at": NOON + AN_HOUR, "time_zone": "UTC"}

    said = refused(refusal, draft_meeting, kind="meeting", title="T", **{**times, **facts})

    assert words in str(said)


def test_put_on_the_calendar_shows_a_draft():
    meeting, officer = MeetingFactory(**A_DRAFT, version=4), UserFactory()

    schedule_meeting(meeting=meeting, by=officer, at=NOON + AN_HOUR, version=4)

    meeting.refresh_from_db()
    assert meeting.status == MeetingStatus.SCHEDULED
    assert (meeting.version, meeting.sequence, meeting.changed_at) == (5, 0, NOON + AN_HOUR)
    latest = latest_of(meeting)
    assert (latest.history_user, latest.history_date) == (officer, NOON + AN_HOUR)


MOVE = {"starts_at": NOON, "ends_at": NOON + AN_HOUR}


@pytest.mark.parametrize(
    ("step", "status", "facts", "refusal"),
    [
        (schedule_meeting, {}, {}, AlreadyScheduled),
        (schedule_meeting, CANCELLED, {}, AlreadyCancelled),
        (schedule_meeting, A_DRAFT, {"version": 2}, MeetingConflict),
        (change_meeting, {}, {"title": "First", "reason": "Holiday"}, NothingChanged),
        (change_meeting, {}, {"ends_at": NOON - AN_HOUR}, "ends_before_it_starts"),
        (change_meeting, {}, {"is_recording_public": True}, "recording_not_publishable"),
        (change_meeting, {}, {"is_join_public": True}, "joining_not_public"),
        (change_meeting, JOINABLE, {"is_public": False}, "joining_not_public"),
        (change_meeting, PUBLISHED, {"is_public": False}, "recording_not_publishable"),
        (change_meeting, PUBLISHED, {"recording_link": ""}, "recording_not_publishable"),
        (change_meeting, {}, {"title": "Mine", "version": 0}, MeetingConflict),
        (change_meeting, {}, {"title": "Mine", "version": 2}, MeetingConflict),
        (move_meeting, CANCELLED, MOVE, AlreadyCancelled),
        (move_meeting, {}, {**MOVE, "version": 2}, MeetingConflict),
        (cancel_meeting, CANCELLED, {}, AlreadyCancelled),
        (cancel_meeting, A_DRAFT, {}, NotScheduled),
        (cancel_meeting, {}, {"version": 2}, MeetingConflict),
        (put_back_meeting, {}, {}, NotCancelled),
        (put_back_meeting, A_DRAFT, {}, NotCancelled),
        (put_back_meeting, CANCELLED, {"version": 2}, MeetingConflict),
        (put_back_meeting, {**CANCELLED, **MOVE}, {"at": NOON + AN_HOUR}, "already_over"),
        (delete_draft, {}, {}, AlreadyScheduled),
        (delete_draft, CANCELLED, {}, AlreadyCancelled),
        (delete_draft, A_DRAFT, {"version": 2}, MeetingConflict),
    ],
)
def test_step_that_cannot_be_is_refused(step, status, facts, refusal):
    meeting = MeetingFactory(title="First", **status)

    refused(refusal, step, meeting=meeting, **facts)


@pytest.mark.parametrize(
    "step", [schedule_meeting, cancel_meeting, change_meeting, put_back_meeting, delete_draft]
)
def test_step_on_a_draft_that_was_deleted_meanwhile_is_refused(step):
    meeting = MeetingFactory(**A_DRAFT)
    Meeting.objects.filter(pk=meeting.pk).delete()

    assert "deleted this draft" in str(refused(MeetingDeleted, step, meeting=meeting))


def test_change_refuses_what_a_colleague_changed_first_and_names_them():
    meeting, colleague = MeetingFactory(title="First"), UserFactory(name="Amina Diallo")
    at = datetime(2021, 10, 25, 14, 5, tzinfo=UTC)
    change_meeting(meeting=meeting, by=colleague, at=at, title="Theirs")

    said = refused(MeetingConflict, change_meeting, meeting=meeting, version=1, title="Mine")
    change_meeting(meeting=meeting, by=None, at=at, title="Ours")
    of_the_portal = refused(
        MeetingConflict, change_meeting, meeting=meeting, version=1, title="Mine"
    )

    assert str(said) == (
        "Amina Diallo changed this meeting on Monday 25 October 2021, 16:05 Geneva (UTC+2), after "
        "you opened it. Your changes were not saved."
    )
    assert "The portal changed this meeting" in str(of_the_portal)


def test_move_meeting_refuses_a_cancelled_one_and_names_who_cancelled_it():
    meeting = MeetingFactory()
    cancel_meeting(meeting=meeting, by=UserFactory(name="Amina"), at=NOON)

    assert str(refused(AlreadyCancelled, move_meeting, meeting=meeting, **MOVE)) == (
        "Amina cancelled this meeting on Monday 25 October 2021, 14:00 Geneva (UTC+2). Put it back "
        "before you change it."
    )


def test_change_refuses_another_zone_for_whole_days_that_stay_where_they_are():
    whole = whole_days(date(2022, 6, 7), date(2022, 6, 9), "Africa/Kigali")

    refused("not_all_day", change_meeting, meeting=MeetingFactory(**whole), time_zone="Asia/Tokyo")


@pytest.mark.parametrize(
    ("facts", "sequence"),
    [
        # Changes that calendars must get.
        ({"starts_at": NOON + timedelta(days=9), "ends_at": NOON + timedelta(days=9, hours=1)}, 3),
        ({"time_zone": "Africa/Kigali"}, 3),
        ({"place": "Kigali"}, 3),
        ({"title": "Better"}, 3),
        ({"join_link": ""}, 3),
        ({"is_all_day": True}, 3),
        # Calendars have the portal's address, which leads to the room.
        ({"join_link": "https://meet.example.org/other"}, 2),
        # Texts.
        ({"agenda": "More"}, 2),
        ({"is_public": True}, 2),
        ({"is_tentative": True}, 2),
        ({"recording_link": RECORDING}, 2),
        (PUBLISHED, 2),
    ],
)
def test_change_that_calendars_must_learn_of_raises_the_sequence(facts, sequence):
    a_day = whole_days(date(2022, 6, 7), date(2022, 6, 7)) | {"is_all_day": False}
    meeting = MeetingFactory(**a_day, join_link=LINK, sequence=2, version=5)
    uid, officer = meeting.uid, UserFactory()

    change_meeting(meeting=meeting, by=officer, at=NOON + AN_HOUR, version=5, **facts)

    meeting.refresh_from_db()
    assert {name: getattr(meeting, name) for name in facts} == facts
    assert (meeting.uid, meeting.sequence, meeting.version) == (uid, sequence, 6)
    assert meeting.changed_at == NOON + AN_HOUR
    latest = latest_of(meeting)
    assert (latest.history_user, latest.history_date) == (officer, NOON + AN_HOUR)


def test_change_of_a_draft_keeps_its_sequence_and_what_it_does_not_name():
    meeting = MeetingFactory(**A_DRAFT, join_link=LINK, place="Geneva", agenda="1. Opening")
    meeting.agenda = "typed on the instance"

    change_meeting(meeting=meeting, by=UserFactory(), at=NOON, place="Kigali")

    meeting.refresh_from_db()
    read = (meeting.place, meeting.join_link, meeting.agenda, meeting.sequence)
    assert read == ("Kigali", LINK, "1. Opening", 0)


def test_cancel_meeting_marks_it_and_raises_the_sequence():
    meeting, officer = MeetingFactory(join_link=LINK, sequence=1, version=3), UserFactory()
    uid = meeting.uid

    cancel_meeting(meeting=meeting, by=officer, at=NOON + AN_HOUR, version=3)

    meeting.refresh_from_db()
    assert meeting.status == MeetingStatus.CANCELLED
    assert (meeting.uid, meeting.sequence, meeting.version) == (uid, 2, 4)
    assert (meeting.join_link, meeting.changed_at) == (LINK, NOON + AN_HOUR)
    assert latest_of(meeting).history_user == officer


def test_put_back_meeting_schedules_it_again_and_raises_the_sequence():
    meeting, officer = MeetingFactory(**CANCELLED, join_link=LINK, sequence=2), UserFactory()
    Meeting.objects.filter(pk=meeting.pk).update(reason="No room")
    uid, before_it_ends = meeting.uid, meeting.ends_at - timedelta(seconds=1)

    put_back_meeting(meeting=meeting, by=officer, at=before_it_ends, version=1)

    meeting.refresh_from_db()
    assert meeting.status == MeetingStatus.SCHEDULED
    assert (meeting.uid, meeting.sequence, meeting.version) == (uid, 3, 2)
    assert (meeting.join_link, meeting.reason) == (LINK, "")
    assert (meeting.changed_at, latest_of(meeting).history_user) == (before_it_ends, officer)


def test_delete_draft_deletes_it_and_keeps_its_history():
    meeting, officer = MeetingFactory(**A_DRAFT, title="Skills", version=3), UserFactory()
    key = meeting.pk

    delete_draft(meeting=meeting, by=officer, at=NOON + AN_HOUR, version=3)

    assert not Meeting.objects.filter(pk=key).exists()
    latest = Meeting.history.latest("history_id")
    assert (latest.title, latest.history_type) == ("Skills", "-")
    assert (latest.history_user, latest.history_date) == (officer, NOON + AN_HOUR)


def has_a_paper(draft):
    PaperFactory(meeting=draft)


def has_another_sitting(draft):
    MeetingFactory(**A_DRAFT, sitting_of=draft)


def was_proposed(draft):
    decided = {"decided_at": NOON, "decided_by": UserFactory()}
    MeetingProposalFactory(status=ProposalStatus.ACCEPTED, meeting=draft, **decided)


@pytest.mark.parametrize("prepare", [has_a_paper, has_another_sitting, was_proposed])
def test_delete_draft_refuses_what_other_records_refer_to(prepare):
    meeting = MeetingFactory(**A_DRAFT)
    prepare(meeting)

    refusal = refused("draft_in_use", delete_draft, meeting=meeting)

    assert "papers or another sitting, or was proposed by a member" in str(refusal)
