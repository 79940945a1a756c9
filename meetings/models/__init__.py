from meetings.models.meeting import Meeting, MeetingKind, MeetingQuerySet, MeetingStatus
from meetings.models.series import AT_MOST, Frequency, Series, Week, Weekday

__all__ = [
    "AT_MOST",
    "Frequency",
    "Meeting",
    "MeetingKind",
    "MeetingQuerySet",
    "MeetingStatus",
    "Series",
    "Week",
    "Weekday",
]
