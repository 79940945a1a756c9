"""Two runs of the task that holds meetings to their clocks at once, in real transactions."""

from meetings.models import Meeting
from meetings.services.dst_changes import apply_dst_changes
from meetings.services.meetings import change_meeting
from tests.factories import NOON
from tests.meetings.repeated import on_the_clocks
from tests.meetings.test_dst_changes import planned_by_other_rules
from tests.races import POSTGRESQL_ONLY, overtaken, without_locks

pytestmark = POSTGRESQL_ONLY


def held_by_two():
    meeting = planned_by_other_rules()
    moved = overtaken(
        lambda: apply_dst_changes(at=NOON),
        lambda: apply_dst_changes(at=NOON),
        at="meetings_meeting",
    )
    return Meeting.objects.get(pk=meeting.pk), moved


def test_meeting_is_moved_once_by_two_runs_at_once():
    meeting, moved = held_by_two()

    assert moved == ([meeting], [])
    assert (meeting.version, meeting.sequence, on_the_clocks(meeting)[11:]) == (2, 1, "15:00")


def test_two_runs_at_once_need_the_lock():
    with without_locks():
        _meeting, moved = held_by_two()

    assert [len(each) for each in moved] == [1, 1]


def test_run_leaves_what_a_colleague_changes_at_once_to_the_next():
    meeting = planned_by_other_rules()

    changed, moved = overtaken(
        lambda: change_meeting(
            meeting=Meeting.objects.get(pk=meeting.pk), by=None, at=NOON, title="Theirs"
        ),
        lambda: apply_dst_changes(at=NOON),
        at="meetings_meeting",
    )

    assert isinstance(changed, Meeting)
    assert moved == []
    assert apply_dst_changes(at=NOON) == [meeting]
