from meetings.models.agenda_item import MAX_ITEM_LENGTH, AgendaItem
from meetings.models.meeting import Meeting, MeetingKind, MeetingQuerySet, MeetingStatus
from meetings.models.part import Part
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
    "Part",
    "Series",
    "Week",
    "Weekday",
]
