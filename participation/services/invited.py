"""Who is invited to a meeting, and whether they are asked."""

from datetime import datetime, timedelta

from focus_areas.models import DEFAULT_ANSWER_WEEKS
from meetings.models import Meeting, MeetingKind, MeetingStatus
from members.models import FocalPoint


def is_invited(meeting: Meeting, focal_point: FocalPoint) -> bool:
    """Return whether a focal point is invited: by a meeting of their group or the coalition."""
    if meeting.status == MeetingStatus.DRAFT:
        return False
    return meeting.focus_area_id in (None, focal_point.member.focus_area_id)


def is_open_for_rsvp(meeting: Meeting, *, at: datetime) -> bool:
    """Return whether invited people can still answer."""
    return (
        meeting.status == MeetingStatus.SCHEDULED
        and meeting.kind != MeetingKind.DEADLINE
        and meeting.ends_at > at
    )


def is_asked(meeting: Meeting, *, at: datetime) -> bool:
    """Return whether a meeting begins so soon that people are asked whether they attend."""
    area = meeting.focus_area
    weeks = area.answer_weeks if area else DEFAULT_ANSWER_WEEKS
    return meeting.starts_at <= at + timedelta(weeks=weeks)
