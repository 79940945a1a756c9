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
    """A meeting that was created when its zone had other rules for that day."""
    starts_at = to_utc(datetime.combine(day, at), zone) + timedelta(hours=hours)
    return MeetingFactory(
        starts_at=starts_at,
        ends_at=starts_at + lasts,
        time_zone=zone,
        local_day=day,
        local_time=at,
        **facts,
    )


@pytest.mark.parametrize(
    ("status", "sequence"), [(MeetingStatus.SCHEDULED, 1), (MeetingStatus.DRAFT, 0)]
)
def test_meeting_keeps_its_wall_time_when_the_rules_of_its_zone_change(
    status, sequence, django_assert_num_queries
):
    meeting = planned_by_other_rules(place="Cairo", lasts=timedelta(minutes=90), status=status)

    moved = dst_changes.apply_dst_changes(at=NOON)

    assert moved == [meeting]
    meeting = Meeting.objects.get(pk=meeting.pk)
    assert on_the_clocks(meeting) == "2021-11-09 15:00"
    assert meeting.ends_at - meeting.starts_at == timedelta(minutes=90)
    assert (meeting.local_day, meeting.local_time) == (DAY, time(15))
    assert (meeting.version, meeting.sequence, meeting.changed_at) == (2, sequence, NOON)
    latest = meeting.history.latest("history_id")
    assert (latest.history_user, latest.history_by_name) == (None, "")
    # A second run only reads, with one query for all meetings.
    before = everything()
    with django_assert_num_queries(1):
        assert dst_changes.apply_dst_changes(at=NOON) == []
    assert everything() == before


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


@pytest.mark.parametrize(
    "facts",
    [
        {"status": MeetingStatus.CANCELLED},
        # Over, and in progress.
        {"day": date(2021, 10, 20)},
        {"day": date(2021, 10, 25), "at": time(12), "lasts": timedelta(hours=5)},
    ],
)
def test_what_is_cancelled_or_has_begun_stays_and_whose_rules_hold(facts):
    planned_by_other_rules(**facts)
    # The rules hold, also while the clocks go forward, and at both instants of a repeated hour.
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
