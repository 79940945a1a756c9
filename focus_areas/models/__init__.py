"""The four focus areas, their meetings and papers, and the links that the coalition publishes."""

from focus_areas.models.area import EVERY_AREA, FOCUS_AREA_NAMES, FocusArea
from focus_areas.models.link import Link
from focus_areas.models.meeting import Meeting, MeetingKind, MeetingQuerySet, MeetingStatus
from focus_areas.models.paper import Paper, PaperKind, PaperVersion
from focus_areas.models.series import AT_MOST, Frequency, Series, Week, Weekday

__all__ = [
    "AT_MOST",
    "EVERY_AREA",
    "FOCUS_AREA_NAMES",
    "FocusArea",
    "Frequency",
    "Link",
    "Meeting",
    "MeetingKind",
    "MeetingQuerySet",
    "MeetingStatus",
    "Paper",
    "PaperKind",
    "PaperVersion",
    "Series",
    "Week",
    "Weekday",
]
