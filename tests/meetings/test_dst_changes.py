from datetime import UTC, date, datetime, time, timedelta

import pytest

from core.dates import start_of_day, to_utc
from meetings.models import Meeting, MeetingStatus
from meetings.services import dst_changes
from meetings.services.meetings import change_meeting, draft_meeting
from meetings.tasks import apply_dst_changes
from tests.factories import NOON, MeetingFactory
from tests.meetings.repeated import everything, on_the_clocks, planned, said

DAY = date(2021, 11, 9)
AN_HOUR = timedelta(hours=1)


def planned_by_other_rules(
    *, hours=1, lasts=AN_HOUR, day=DAY, at=time(15), zone="Africa/Cairo", **facts
):
    """A meeting that was planned when the clocks of its zone were to be otherwise on its day."""
    starts_at = to_utc(datetime.combine(day, at), zone) + timedelta(hours=hours)
    return MeetingFactory(
        starts_at=starts_at,
        ends_at=starts_at + lasts,
        time_zone=zone,
        local_day=day,
        local_time=at,
        **facts,
    )


def test_meeting_keeps_its_wall_time_when_the_rules_of_its_zone_change():
    meeting = planned_by_other_rules(place="Cairo", lasts=timedelta(minutes=90))

    moved = dst_changes.apply_dst_changes(at=NOON)

    assert moved == [meeting]
    meeting = Meeting.objects.get(pk=meeting.pk)
    assert on_the_clocks(meeting) == "2021-11-09 15:00"
    assert meeting.ends_at - meeting.starts_at == timedelta(minutes=90)
    assert (meeting.local_day, meeting.local_time) == (DAY, time(15))
    assert (meeting.version, meeting.sequence, meeting.changed_at) == (2, 1, NOON)
    latest = meeting.history.latest("history_id")
    assert (latest.history_user, latest.history_by_name) == (None, "")


def test_draft_moves_without_a_sequence():
    meeting = planned_by_other_rules(status=MeetingStatus.DRAFT)

    dst_changes.apply_dst_changes(at=NOON)

    meeting.refresh_from_db()
    assert (meeting.version, meeting.sequence, on_the_clocks(meeting)[11:]) == (2, 0, "15:00")


def test_whole_days_stay_whole():
    day = start_of_day(DAY, "Africa/Cairo") + AN_HOUR
    meeting = MeetingFactory(
        starts_at=day,
        ends_at=day + timedelta(days=2),
        time_zone="Africa/Cairo",
        is_all_day=True,
        local_day=DAY,
    )

    dst_changes.apply_dst_changes(at=NOON)

    meeting.refresh_from_db()
    assert meeting.starts_at == start_of_day(DAY, "Africa/Cairo")
    assert meeting.ends_at == start_of_day(DAY + timedelta(days=2), "Africa/Cairo")


def test_second_run_moves_nothing():
    planned_by_other_rules()
    dst_changes.apply_dst_changes(at=NOON)
    before = everything()

    assert dst_changes.apply_dst_changes(at=NOON) == []
    assert everything() == before


@pytest.mark.parametrize(
    "facts",
    [
        {"status": MeetingStatus.CANCELLED},
        # Over, and under way.
        {"day": date(2021, 10, 20)},
        {"day": date(2021, 10, 25), "at": time(12), "lasts": timedelta(hours=5)},
    ],
)
def test_what_is_cancelled_or_has_begun_stays(facts):
    planned_by_other_rules(**facts)
    before = everything()

    assert dst_changes.apply_dst_changes(at=NOON) == []
    assert everything() == before


def test_meetings_whose_rules_hold_stay():
    # Among them one over which the clocks go forward, and both of an hour that comes twice.
    planned(
        its_rule={"weekday": 6, "first_day": date(2022, 3, 27), "count": 2},
        starts_at=datetime(2022, 3, 20, 1, 30, tzinfo=UTC),
        ends_at=datetime(2022, 3, 20, 2, 30, tzinfo=UTC),
    )
    for hour in (0, 1):
        starts_at = datetime(2021, 10, 31, hour, 30, tzinfo=UTC)
        draft_meeting(by=None, at=NOON, **said(starts_at=starts_at, ends_at=starts_at + AN_HOUR))
    before = everything()

    assert dst_changes.apply_dst_changes(at=NOON) == []
    assert everything() == before


def test_zone_that_is_known_no_more_holds_up_no_other(caplog):
    lost = planned_by_other_rules()
    Meeting.objects.filter(pk=lost.pk).update(time_zone="Europe/Atlantis")
    other = planned_by_other_rules()

    assert dst_changes.apply_dst_changes(at=NOON) == [other]
    assert "known no more" in caplog.text


def test_meeting_that_a_colleague_changes_at_the_same_moment_is_left_to_the_next_run(monkeypatch):
    meeting = planned_by_other_rules()

    held = dst_changes.instants_of

    def changed_first(stored):
        if stored.pk != meeting.pk:
            return held(stored)
        monkeypatch.undo()
        change_meeting(meeting=Meeting.objects.get(pk=stored.pk), by=None, at=NOON, title="Theirs")
        return held(stored)

    monkeypatch.setattr(dst_changes, "instants_of", changed_first)

    assert dst_changes.apply_dst_changes(at=NOON) == []
    assert dst_changes.apply_dst_changes(at=NOON) == [meeting]


def test_task_holds_what_is_to_come_to_the_clocks():
    day = (datetime.now(UTC) + timedelta(days=30)).date()
    meeting = planned_by_other_rules(day=day, zone="Africa/Nairobi")

    apply_dst_changes()

    meeting.refresh_from_db()
    assert on_the_clocks(meeting) == f"{day} 15:00"


def test_run_asks_the_database_once_where_nothing_is_to_be_moved(django_assert_num_queries):
    for _number in range(3):
        planned_by_other_rules(hours=0)

    with django_assert_num_queries(1):
        dst_changes.apply_dst_changes(at=NOON)
