"""Meetings of the demonstration around today, one moved and one cancelled, and their papers."""

from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from accounts.models import User
from core.dates import GENEVA, all_day_range, to_utc
from focus_areas.models import FocusArea
from meetings.models import AgendaItem, Frequency, Meeting, MeetingKind
from meetings.services.agenda import ItemFacts, set_agenda
from meetings.services.meetings import (
    cancel_meeting,
    change_meeting,
    draft_meeting,
    move_meeting,
    schedule_meeting,
)
from meetings.services.series import draft_series, schedule_occurrences
from meetings.services.series_plan import Scope
from meetings.services.sittings import link_sittings
from members.models import GrantedRole, Member
from papers.models import Paper, PaperKind
from papers.services.file_types import validate_file
from papers.services.papers import add_paper, add_version, correct_paper
from participation.services.outcomes import set_outcomes

# The working groups meet in the time zones of their members, in rotation.
ZONES = ("Europe/Zurich", "Africa/Nairobi", "Asia/Bangkok", "America/Bogota")
AN_HOUR_AND_A_HALF = timedelta(minutes=90)
# Days from today on which each working group meets. The first meeting was before any admission. The
# second was a few days ago, with members whose attendance can be recorded.
MEETS_ON = (-42, -6, 6, 20, 34)


# The agenda of each meeting of a working group.
ITEMS: Final[tuple[ItemFacts, ...]] = (
    {
        "key": None,
        "title": "Welcome, and what the last meeting agreed",
        "minutes": 10,
        "speaker": "",
    },
    {
        "key": None,
        "title": "Draft of the Action Framework",
        "minutes": 45,
        "speaker": "The co-leads of the group",
    },
    {"key": None, "title": "Partners sought and offered", "minutes": 25, "speaker": ""},
    {"key": None, "title": "Who does what until the next meeting", "minutes": 10, "speaker": ""},
)
# What a meeting of a working group agreed, and in how many days it is due.
DECISIONS = (
    "Targets are stated by country and by year; a range is allowed.",
    "The draft is open for proposals until the next meeting.",
)
POINTS = (
    ("Send the figures for the baseline of the first target", 4),
    ("Write the paragraph on affordable devices", -1),
    ("Ask three operators for prices, and report at the next meeting", 12),
)
DRAFT = ITEMS[1]["title"]


def load_meetings(*, by: User, coordinator: User, at: datetime) -> None:
    """Create meetings of each focus area and of the coalition around the time `at`.

    `coordinator` coordinates the first area.
    """
    planned_at = at - timedelta(days=60)
    today = at.astimezone(ZoneInfo(GENEVA)).date()
    areas = list(FocusArea.objects.order_by("number"))
    areas[0].coordinators.add(coordinator)
    for area, zone in zip(areas, ZONES, strict=True):
        meetings = [
            _meet(area, number, _day_of_meeting(today, days + area.number), zone, by, planned_at)
            for number, days in enumerate(MEETS_ON, start=1)
        ]
        if area.number == 1:
            _move_by_two_hours(meetings[2], by, at - timedelta(days=2))
        if area.number == 2:
            cancel_meeting(meeting=meetings[2], by=by, at=at - timedelta(days=1))
    _meet_every_other_week(areas[2], today, by, planned_at)
    _meet_twice_for_all(today, by, planned_at)
    _speak_to_everybody(today, by, planned_at)
    _publish_a_recording(areas[1], today, by, planned_at)
    _prepare_what_nobody_knows_of(areas[3], today, by, planned_at)


def _meet(area: FocusArea, number: int, day: date, zone: str, by: User, at: datetime) -> Meeting:
    """Create one working group meeting, at 15:00 in its time zone, with an agenda."""
    starts_at = to_utc(datetime.combine(day, time(15)), zone)
    meeting = draft_meeting(
        focus_area=area,
        kind=MeetingKind.MEETING,
        title=f"Working group meeting {number}",
        language="en",
        starts_at=starts_at,
        ends_at=starts_at + AN_HOUR_AND_A_HALF,
        time_zone=zone,
        is_tentative=number == len(MEETS_ON),
        join_link=f"https://meet.example.org/{area.slug}-{number}",
        by=by,
        at=at,
    )
    set_agenda(meeting=meeting, items=ITEMS, by=by, at=at)
    return schedule_meeting(meeting=meeting, by=by, at=at)


def _day_of_meeting(today: date, days: int) -> date:
    """Return the working day that is `days` days from today, or the nearest one to that day."""
    day = today + timedelta(days=days)
    return day - timedelta(days=max(day.weekday() - 4, 0)) if days < 0 else _working_day(day)


def _meet_every_other_week(area: FocusArea, today: date, by: User, at: datetime) -> None:
    """Create a meeting series of an area that begins on a Tuesday and has no end."""
    first = today + timedelta(days=(1 - today.weekday()) % 7 - 14)
    starts_at = to_utc(datetime.combine(first, time(9)), GENEVA)
    series = draft_series(
        rule={
            "frequency": Frequency.WEEKLY,
            "interval": 2,
            "weekday": first.weekday(),
            "week": None,
            "first_day": first,
            "last_day": None,
            "count": 10,
        },
        focus_area=area,
        kind=MeetingKind.MEETING,
        title="Editors of the Action Framework",
        language="en",
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=1),
        time_zone=GENEVA,
        join_link=f"https://meet.example.org/{area.slug}-editors",
        by=by,
        at=at,
    )
    schedule_occurrences(
        meeting=series.meetings.earliest("occurrence"), scope=Scope.ALL, by=by, at=at
    )


def _meet_twice_for_all(today: date, by: User, at: datetime) -> None:
    """Create one meeting of the coalition with two sittings on the same day."""
    day = _working_day(today + timedelta(days=27))
    sittings = []
    for name, hour in (("first", 9), ("second", 17)):
        starts_at = to_utc(datetime.combine(day, time(hour)), GENEVA)
        sitting = draft_meeting(
            kind=MeetingKind.MEETING,
            title=f"All working groups: {name} sitting",
            language="en",
            starts_at=starts_at,
            ends_at=starts_at + AN_HOUR_AND_A_HALF,
            time_zone=GENEVA,
            is_public=True,
            join_link=f"https://meet.example.org/all-{name}",
            by=by,
            at=at,
        )
        sittings.append(schedule_meeting(meeting=sitting, by=by, at=at))
    link_sittings(meeting=sittings[1], other=sittings[0], by=by, at=at)


def _working_day(day: date) -> date:
    return day + timedelta(days=7 - day.weekday() if day.weekday() > 4 else 0)


def _move_by_two_hours(meeting: Meeting, by: User, at: datetime) -> None:
    move_meeting(
        meeting=meeting,
        starts_at=meeting.starts_at + timedelta(hours=2),
        ends_at=meeting.ends_at + timedelta(hours=2),
        by=by,
        at=at,
    )


def _speak_to_everybody(today: date, by: User, at: datetime) -> None:
    """Create a web dialogue and an event of the whole coalition in the public calendar."""
    day = _working_day(today + timedelta(days=12))
    starts_at = to_utc(datetime.combine(day, time(14)), GENEVA)
    dialogue = draft_meeting(
        kind=MeetingKind.WEB_DIALOGUE,
        title="Web dialogue: meaningful connectivity in the least developed countries",
        language="en",
        starts_at=starts_at,
        ends_at=starts_at + AN_HOUR_AND_A_HALF,
        time_zone=GENEVA,
        is_public=True,
        is_join_public=True,
        join_link="https://meet.example.org/web-dialogue",
        by=by,
        at=at,
    )
    schedule_meeting(meeting=dialogue, by=by, at=at)
    first = today + timedelta(days=77 - today.weekday())
    begins, ends = all_day_range(first, first + timedelta(days=2), "Africa/Kigali")
    roundtable = draft_meeting(
        kind=MeetingKind.EVENT,
        title="Partner2Connect Roundtable",
        language="en",
        starts_at=begins,
        ends_at=ends,
        time_zone="Africa/Kigali",
        is_all_day=True,
        is_public=True,
        is_tentative=True,
        place="Kigali, Rwanda",
        by=by,
        at=at,
    )
    schedule_meeting(meeting=roundtable, by=by, at=at)


def _publish_a_recording(area: FocusArea, today: date, by: User, at: datetime) -> None:
    """Create a web dialogue of an area that is over, with a recording that everybody may see."""
    starts_at = to_utc(datetime.combine(_day_of_meeting(today, -15), time(10)), GENEVA)
    dialogue = draft_meeting(
        focus_area=area,
        kind=MeetingKind.WEB_DIALOGUE,
        title="Web dialogue: digital skills that last",
        language="en",
        starts_at=starts_at,
        ends_at=starts_at + AN_HOUR_AND_A_HALF,
        time_zone=GENEVA,
        is_public=True,
        join_link="https://meet.example.org/digital-skills",
        agenda="1. Welcome\n2. Three programmes, and what came of them\n3. Questions",
        by=by,
        at=at,
    )
    schedule_meeting(meeting=dialogue, by=by, at=at)
    change_meeting(
        meeting=dialogue,
        by=by,
        at=dialogue.ends_at + timedelta(hours=3),
        recording_link="https://videos.example.org/digital-skills",
        is_recording_public=True,
    )


def _prepare_what_nobody_knows_of(area: FocusArea, today: date, by: User, at: datetime) -> None:
    """Create a draft, which only staff can see."""
    day = _working_day(today + timedelta(days=50))
    starts_at = to_utc(datetime.combine(day, time(10)), GENEVA)
    draft_meeting(
        focus_area=area,
        kind=MeetingKind.WEB_DIALOGUE,
        title="Web dialogue on financing (speakers to be found)",
        language="en",
        starts_at=starts_at,
        ends_at=starts_at + AN_HOUR_AND_A_HALF,
        time_zone=GENEVA,
        by=by,
        at=at,
    )


def load_papers(*, by: User, at: datetime) -> None:
    """Add papers to each focus area, to its last and next meetings, and to the coalition."""
    for area in FocusArea.objects.order_by("number"):
        meetings = Meeting.objects.scheduled_or_cancelled().filter(focus_area=area, is_public=False)
        past, to_come = meetings.past(at).first(), meetings.upcoming(at).first()
        if past:
            _paper(PaperKind.MINUTES, "Minutes", past, None, by, past.ends_at + timedelta(days=1))
        if to_come:
            _paper(PaperKind.AGENDA, "Agenda", to_come, None, by, at - timedelta(days=3))
            _paper(PaperKind.OTHER, "Notes on the draft", to_come, None, by, at - timedelta(days=3))
        _draft_in_two_versions(area, by, at)
        leaflet = _paper(PaperKind.OTHER, "Leaflet", None, area, by, at - timedelta(days=45))
        _publish(leaflet, by, at)
    terms = add_paper(
        title="Terms of reference of the working groups",
        kind=PaperKind.OTHER,
        meeting=None,
        focus_area=None,
        language="en",
        file=validate_file(
            b"# Terms of reference\n\nEach working group meets online, led by its co-leads.\n",
            typed_name="terms-of-reference.md",
        ),
        by=by,
        at=at - timedelta(days=50),
    )
    _publish(terms, by, at)


def _publish(paper: Paper, by: User, at: datetime) -> None:
    correct_paper(
        paper=paper, title=paper.title, kind=PaperKind(paper.kind), is_public=True, by=by, at=at
    )


def _paper(
    kind: PaperKind,
    words: str,
    meeting: Meeting | None,
    area: FocusArea | None,
    by: User,
    at: datetime,
) -> Paper:
    of_what = meeting.title if meeting else str(area)
    title = f"{words}: {of_what}"
    return add_paper(
        title=title,
        kind=kind,
        meeting=meeting,
        focus_area=area,
        agenda_item=_item_of_draft(meeting) if kind == PaperKind.OTHER and meeting else None,
        language="en",
        file=validate_file(small_pdf(title), typed_name=f"{words}.pdf"),
        by=by,
        at=at,
    )


def _item_of_draft(meeting: Meeting) -> AgendaItem | None:
    """Return the item of a meeting under which the draft is spoken of."""
    return meeting.agenda_items.filter(title=DRAFT).first()


def load_outcomes(*, by: User, at: datetime) -> None:
    """Add what the last meeting of each working group agreed; one point is done already."""
    today = at.astimezone(ZoneInfo(GENEVA)).date()
    for area in FocusArea.objects.order_by("number"):
        held = Meeting.objects.scheduled_or_cancelled().filter(
            focus_area=area, series=None, kind=MeetingKind.MEETING
        )
        last = held.past(at).first()
        members = Member.objects.of_working_group(area)
        leads = members.filter(granted_role=GrantedRole.CO_LEAD).order_by("pk")
        others = members.exclude(granted_role=GrantedRole.CO_LEAD).order_by("sort_key", "pk")
        owners = [*leads[:1], *others[:2]]
        if last and len(owners) == len(POINTS):
            set_outcomes(
                meeting=last,
                decisions=[{"key": None, "text": text} for text in DECISIONS],
                action_points=[
                    {
                        "key": None,
                        "text": text,
                        "owner": owner,
                        "due_on": today + timedelta(days=days),
                    }
                    for (text, days), owner in zip(POINTS, owners, strict=True)
                ],
                by=by,
                at=last.ends_at + timedelta(hours=2),
            )


def _draft_in_two_versions(area: FocusArea, by: User, at: datetime) -> None:
    """Add a draft of the Action Framework, with a second version in two languages."""
    draft = _paper(
        PaperKind.ACTION_FRAMEWORK, "First chapter", None, area, by, at - timedelta(days=30)
    )
    for seen, language, title in ((1, "en", "Second draft"), (2, "fr", "Deuxième version")):
        add_version(
            paper=draft,
            number=2,
            seen=seen,
            language=language,
            file=validate_file(small_pdf(title), typed_name=f"{title}.pdf"),
            note="With the comments of the last meeting" if language == "en" else "",
            by=by,
            at=at - timedelta(days=4),
        )


def small_pdf(line: str) -> bytes:
    """Return a PDF of one page with one line, whose characters must be in the standard fonts."""
    shown = line.encode("cp1252", "replace").translate(bytes.maketrans(b"()\\", b"[]/"))
    text = b"BT /F1 18 Tf 60 760 Td (" + shown + b") Tj ET"
    parts = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        (
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R"
            b"/Resources<</Font<</F1 5 0 R>>>>>>"
        ),
        b"<</Length %d>>stream\n%s\nendstream" % (len(text), text),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
    ]
    file, places = b"%PDF-1.4\n", list[int]()
    for number, part in enumerate(parts, start=1):
        places.append(len(file))
        file += b"%d 0 obj%s\nendobj\n" % (number, part)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(parts) + 1, len(file))
    return file + b"xref\n0 %d\n0000000000 65535 f \n" % (len(parts) + 1) + table + end
