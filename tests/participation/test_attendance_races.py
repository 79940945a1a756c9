"""Two colleagues take attendance of one meeting at once, in real transactions."""

from datetime import timedelta

from focus_areas.models import FocusArea
from meetings.models import Meeting
from participation.models import Attendance, Presence
from participation.services.attendance import AttendanceConflict, record_attendance
from tests.factories import NOON, UserFactory
from tests.participation.people import focal_point_in, meeting_of
from tests.races import POSTGRESQL_ONLY, overtaken, without_locks

pytestmark = POSTGRESQL_ONLY


def both_take():
    area = FocusArea.objects.get(number=2)
    person, meeting = focal_point_in(area), meeting_of(area, starts_at=NOON)

    def taking(presence):
        own, by = Meeting.objects.get(pk=meeting.pk), UserFactory()
        return lambda: record_attendance(
            meeting=own,
            presences={person.pk: presence},
            seen=0,
            by=by,
            at=NOON + timedelta(hours=1),
        )

    won, lost = overtaken(
        taking(Presence.ONSITE), taking(Presence.ABSENT), at="participation_attendance"
    )
    return [won, type(lost), *Attendance.objects.values_list("presence", flat=True)]


def test_of_two_who_take_attendance_at_once_one_is_refused():
    assert both_take() == [1, AttendanceConflict, Presence.ONSITE]


def test_two_who_take_attendance_at_once_need_the_lock():
    with without_locks():
        assert both_take() != [1, AttendanceConflict, Presence.ONSITE]
