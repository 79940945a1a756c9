"""Data that must exist after every migrate: permissions, and the known meetings.

Staff can edit the texts. This module has only these data and `seed`.
"""

from datetime import UTC, date, datetime
from typing import TypedDict
from uuid import uuid5

from django.apps import AppConfig
from django.apps.registry import Apps
from django.apps.registry import apps as all_apps

from accounts.services.staff_roles import give_permissions
from core.dates import GENEVA, all_day_range
from focus_areas.models import FocusArea
from focus_areas.seed import SEED_NAMESPACE
from meetings.models import Meeting, MeetingKind, MeetingStatus

# The date of the circular: earlier than every change by staff.
WRITTEN_AT = datetime(2021, 10, 18, 12, tzinfo=UTC)


class MeetingDays(TypedDict):
    """A public meeting of which only the days are known; `key` never changes."""

    key: str
    title: str
    kind: MeetingKind
    focus_area: int | None
    first_day: date
    last_day: date
    time_zone: str
    place: str
    agenda: str


# No public source gives the hours, so these are whole days at the place of the meeting.
MEETINGS: list[MeetingDays] = [
    {
        "key": "road-to-addis-meeting",
        "title": "Road to Addis: Partner2Connect meeting at the 76th session of the United Nations "
        "General Assembly",
        "kind": MeetingKind.EVENT,
        "focus_area": None,
        "first_day": date(2021, 9, 20),
        "last_day": date(2021, 9, 20),
        "time_zone": "America/New_York",
        "place": "",
        "agenda": "",
    },
    {
        "key": "expression-of-interest-deadline",
        "title": "Deadline for expressions of interest",
        "kind": MeetingKind.DEADLINE,
        "focus_area": None,
        "first_day": date(2021, 10, 31),
        "last_day": date(2021, 10, 31),
        "time_zone": GENEVA,
        "place": "",
        "agenda": "The last day on which an organisation can express its interest in one of the "
        "four focus areas.",
    },
    {
        "key": "february-meeting-first-sitting",
        "title": "Working groups: first sitting",
        "kind": MeetingKind.MEETING,
        "focus_area": None,
        "first_day": date(2022, 2, 24),
        "last_day": date(2022, 2, 24),
        "time_zone": GENEVA,
        "place": "Online",
        "agenda": "One meeting in two sittings on the same day, for the different time zones of "
        "the members.",
    },
    {
        "key": "february-meeting-second-sitting",
        "title": "Working groups: second sitting",
        "kind": MeetingKind.MEETING,
        "focus_area": None,
        "first_day": date(2022, 2, 24),
        "last_day": date(2022, 2, 24),
        "time_zone": GENEVA,
        "place": "Online",
        "agenda": "One meeting in two sittings on the same day, for the different time zones of "
        "the members.",
    },
    {
        "key": "web-dialogue-empowering-communities",
        "title": "Web dialogue: Empowering Communities",
        "kind": MeetingKind.WEB_DIALOGUE,
        "focus_area": 2,
        "first_day": date(2022, 3, 16),
        "last_day": date(2022, 3, 16),
        "time_zone": GENEVA,
        "place": "Online",
        "agenda": "",
    },
    {
        "key": "action-framework-and-pledging-platform",
        "title": "Launch of the Action Framework and the online pledging platform",
        "kind": MeetingKind.EVENT,
        "focus_area": None,
        "first_day": date(2022, 3, 16),
        "last_day": date(2022, 3, 16),
        "time_zone": GENEVA,
        "place": "Online",
        "agenda": "",
    },
    {
        "key": "web-dialogue-building-digital-ecosystems",
        "title": "Web dialogue: Building Digital Ecosystems",
        "kind": MeetingKind.WEB_DIALOGUE,
        "focus_area": 3,
        "first_day": date(2022, 4, 20),
        "last_day": date(2022, 4, 20),
        "time_zone": GENEVA,
        "place": "Online",
        "agenda": "",
    },
    {
        "key": "digital-development-roundtable",
        "title": "Partner2Connect Digital Development Roundtable",
        "kind": MeetingKind.EVENT,
        "focus_area": None,
        "first_day": date(2022, 6, 7),
        "last_day": date(2022, 6, 9),
        "time_zone": "Africa/Kigali",
        "place": "Kigali, Rwanda, and online",
        "agenda": "At the World Telecommunication Development Conference (WTDC): the working "
        "groups present their Action Frameworks, partnerships and commitments.",
    },
]


def seed(sender: AppConfig, *, apps: Apps = all_apps, **kwargs: object) -> None:
    """Create what is missing. Rows that exist are not changed."""
    if "meeting" not in apps.all_models[sender.label]:
        # All migrations of the app were reversed, so there are no tables.
        return

    give_permissions(sender, apps)
    areas = FocusArea.objects.in_bulk(field_name="number")
    for meeting in MEETINGS:
        create_meeting(meeting, areas=areas)


def create_meeting(meeting: MeetingDays, *, areas: dict[int, FocusArea]) -> None:
    """Create a meeting if it is missing: public and scheduled."""
    starts_at, ends_at = all_day_range(
        meeting["first_day"], meeting["last_day"], meeting["time_zone"]
    )
    number = meeting["focus_area"]
    Meeting.objects.get_or_create(
        uid=uuid5(SEED_NAMESPACE, f"meeting/{meeting['key']}"),
        defaults={
            "title": meeting["title"],
            "kind": meeting["kind"],
            "focus_area": areas[number] if number else None,
            "starts_at": starts_at,
            "ends_at": ends_at,
            "time_zone": meeting["time_zone"],
            "local_day": meeting["first_day"],
            "is_all_day": True,
            "is_public": True,
            "place": meeting["place"],
            "agenda": meeting["agenda"],
            "status": MeetingStatus.SCHEDULED,
            "changed_at": WRITTEN_AT,
        },
    )
