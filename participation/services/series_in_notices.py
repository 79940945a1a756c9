"""Meetings of one series in a notice: they are one entry, with one link to reply to all."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from core.languages import page_url
from meetings.models import Meeting, MeetingStatus
from participation.services import placeholder_values
from participation.services.chosen_sittings import Answers
from participation.services.invited import is_asked, is_invited, is_open_for_rsvp
from participation.services.letters import Recipient
from participation.services.meeting_changes import GONE, MeetingChange, NoticeKind
from participation.services.my_series import series_in_words

Section = Sequence[tuple[MeetingChange, NoticeKind]]
# The next meetings of series, by pk of the series and of the focus area.
NextMeetings = Mapping[tuple[int | None, int | None], Meeting]


def next_meetings_of_series(changes: Iterable[MeetingChange], at: datetime) -> NextMeetings:
    """Return the next meetings of the series to which some meetings belong, in one query.

    A series of which only one meeting changed is left out.
    """
    changed = [change.meeting.series_id for change in changes if change.meeting.series_id]
    several = {pk for pk in changed if changed.count(pk) > 1}
    if not several:
        return {}
    coming = Meeting.objects.filter(
        series__in=several, status=MeetingStatus.SCHEDULED, ends_at__gt=at
    ).select_related("series")
    latest_first = coming.order_by("-starts_at", "-pk")
    return {(meeting.series_id, meeting.focus_area_id): meeting for meeting in latest_first}


def as_entries(sections: Iterable[Section]) -> list[list[Section]]:
    """Group sections: those that tell the same of meetings of one series are one entry."""
    grouped: dict[object, list[Section]] = {}
    for number, section in enumerate(sections):
        told_of = [_told_of(change, what) for change, what in section]
        key = tuple(told_of) if all(told_of) else number
        grouped.setdefault(key, []).append(section)
    return list(grouped.values())


def _told_of(change: MeetingChange, what: NoticeKind) -> tuple[object, ...]:
    """Return what a notice says of a meeting of a series besides its time; empty without one."""
    meeting = change.meeting
    if not meeting.series_id:
        return ()
    details = placeholder_values.details_text(change, what)
    facts = (meeting.series_id, meeting.title, meeting.focus_area_id, meeting.kind)
    return (*facts, what, change.reason, details)


def series_text(section: Section, coming: NextMeetings, zone: str) -> str:
    """Return the text about meetings of one series of which the same is told."""
    change, what = section[0]
    meeting = change.meeting
    following = coming.get((meeting.series_id, meeting.focus_area_id))
    rule = series_in_words(following, zone) if following and what not in GONE else ""
    return placeholder_values.series_text(rule, section, zone)


def series_replies(reader: Recipient, section: Section, answers: Answers, at: datetime) -> str:
    """Return the question whether a reader attends meetings of a series, with one link for all.

    It is empty if no answer is expected yet, or if all were given.
    """
    meetings = [
        change.meeting
        for change, what in section
        if what not in GONE and is_asked(change.meeting, at=at)
    ]
    expected = [
        (role, meeting)
        for meeting in meetings
        for role in reader.roles
        if is_open_for_rsvp(meeting, at=at)
        and is_invited(meeting, role)
        and not answers.of(role, meeting).is_answered(at=at)
    ]
    if not expected:
        return ""
    series = expected[0][1].series_id
    page = page_url("participation:my_series", reader.person.language, series)
    return placeholder_values.series_replies_text(
        page,
        is_asked_again=any(
            meeting.pk in answers.of(role, meeting).rsvps for role, meeting in expected
        ),
    )
