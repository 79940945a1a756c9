from meetings.models.agenda_item import MAX_ITEM_LENGTH, AgendaItem
from meetings.models.meeting import Meeting, MeetingKind, MeetingQuerySet, MeetingStatus
from meetings.models.series import MAX_OCCURRENCES, Frequency, Series, Week, Weekday

__all__ = [
    "MAX_ITEM_LENGTH",
    "MAX_OCCURRENCES",
    "AgendaItem",
    "Frequency",
    "Meeting",
    "MeetingKind",
    "MeetingQuerySet",
    "MeetingStatus",
    "Series",
    "Week",
    "Weekday",
]
