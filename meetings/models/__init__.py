from meetings.models.meeting import Meeting, MeetingKind, MeetingQuerySet, MeetingStatus
from meetings.models.series import MAX_OCCURRENCES, Frequency, Series, Week, Weekday

__all__ = [
    "MAX_OCCURRENCES",
    "Frequency",
    "Meeting",
    "MeetingKind",
    "MeetingQuerySet",
    "MeetingStatus",
    "Series",
    "Week",
    "Weekday",
]
