"""Notices: mail to participants about new, changed and cancelled meetings.

Code that changes a meeting does not send notices. A task compares meetings with what was last
announced, some minutes after the last edit: five saves make one notice, an edit that was undone
makes none, and changes of several meetings of a series are one mail.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from functools import partial
from typing import Final

from django.db import transaction
from django.db.models import F, Q

from meetings.models import Meeting, MeetingQuerySet, MeetingStatus
from members.models import area_shown
from outbox.models import Message, Queue
from outbox.services.letters import texts_of
from outbox.services.queue import cancel_unsent, queue_messages
from outbox.services.template_rendering import TemplateSet
from participation.models import Announcement
from participation.services import placeholder_values
from participation.services.chosen_sittings import Answers, load_answers
from participation.services.letters import (
    Recipient,
    letter_to,
    recipients_among,
    roles_to_reply,
    topic_of,
)
from participation.services.meeting_links import LinksOfMail
from participation.services.participants import participants, with_member_as_shown
from participation.services.placeholder_values import MAX_MEETINGS_LISTED
from participation.services.template_types import CANCELLED, CHANGED, MOVED, PLANNED

# How long a meeting and the others of its series must be unchanged before a notice is sent.
QUIET_PERIOD: Final = timedelta(minutes=10)
# Limits of a run; the rest is left to the next run. They count meetings that are looked at,
# notices, and mails: no new notice is started after so many mails, which take some seconds.
MAX_MEETINGS_PER_RUN: Final = 1000
BATCH_SIZE: Final = 20
MAX_MAILS_PER_RUN: Final = 2000
# The facts that are announced: not the agenda, the title, or whether the time is confirmed.
FACTS: Final = (
    "focus_area_id",
    "status",
    "starts_at",
    "ends_at",
    "time_zone",
    "is_all_day",
    "place",
    "join_link",
)
COLUMNS: Final = tuple(name.removesuffix("_id") for name in FACTS)
TIME_FIELDS: Final = ("starts_at", "ends_at", "time_zone", "is_all_day")


class NoticeKind(Enum):
    """What happened to a meeting, from the reader's point of view."""

    PLANNED = "planned"
    MOVED = "moved"
    CHANGED = "changed"
    PUT_BACK = "put back"
    LEFT = "left"
    CANCELLED = "cancelled"


# A notice of several kinds is sent as a change.
KIND_OF: Final = {
    NoticeKind.PLANNED: PLANNED,
    NoticeKind.MOVED: MOVED,
    NoticeKind.CHANGED: CHANGED,
    NoticeKind.PUT_BACK: CHANGED,
    NoticeKind.LEFT: CHANGED,
    NoticeKind.CANCELLED: CANCELLED,
}


@dataclass(frozen=True)
class MeetingChange:
    """One meeting with its last announcement, if there is one."""

    meeting: Meeting
    told: Announcement | None

    def to(self, areas: Iterable[int | None]) -> NoticeKind | None:
        """Return the kind of notice for a reader in these areas, or None if nothing changed."""
        told, meeting = self.told, self.meeting
        knew = told is not None and told.focus_area_id in {None, *areas}
        had = knew and told is not None and told.status == MeetingStatus.SCHEDULED
        is_theirs = meeting.focus_area_id in {None, *areas}
        has = is_theirs and meeting.status == MeetingStatus.SCHEDULED
        if had and not has:
            return (
                NoticeKind.CANCELLED
                if meeting.status == MeetingStatus.CANCELLED
                else NoticeKind.LEFT
            )
        if has and not had:
            return NoticeKind.PUT_BACK if knew else NoticeKind.PLANNED
        if not has or told is None:
            return None
        if any(getattr(told, name) != getattr(meeting, name) for name in TIME_FIELDS):
            return NoticeKind.MOVED
        if (told.place, told.join_link) != (meeting.place, meeting.join_link):
            return NoticeKind.CHANGED
        return None

    def pointless_after(self, what: NoticeKind) -> datetime:
        """Return when the notice expires: the end of the meeting that its reader knows."""
        is_gone = what in (NoticeKind.CANCELLED, NoticeKind.LEFT)
        return self.told.ends_at if is_gone and self.told else self.meeting.ends_at

    def in_words(self, what: NoticeKind, zone: str, replies: str) -> str:
        """Return the text of the change in a time zone, in the active language."""
        meeting, told = self.meeting, self.told
        match what:
            case NoticeKind.MOVED if told:
                return placeholder_values.moved_text(meeting, told, zone, replies)
            case NoticeKind.CHANGED if told:
                return placeholder_values.changed_text(meeting, told, zone, replies)
            case NoticeKind.CANCELLED:
                return placeholder_values.cancelled_text(meeting, told or meeting, zone)
            case NoticeKind.LEFT if told:
                return placeholder_values.reassigned_text(meeting, told, zone)
            case NoticeKind.PUT_BACK:
                return placeholder_values.restored_text(meeting, zone, replies)
            case _:
                return placeholder_values.scheduled_text(meeting, zone, replies)


def send_notices(*, at: datetime) -> int:
    """Send notices about changes of meetings; return the number of mails.

    Handles up to BATCH_SIZE meetings or series, those that wait longest first, each in its own
    transaction. The task may run twice, at the same time as another, or after a downtime, because
    announcements are read again after the meetings are locked.
    """
    due = _due(at)
    if not due:
        return 0
    words = texts_of(PLANNED, MOVED, CHANGED, CANCELLED)
    written = 0
    for pks in due[:BATCH_SIZE]:
        written += _announce(pks, words, at)
        if written >= MAX_MAILS_PER_RUN:
            break
    return written


def _due(at: datetime) -> list[list[int]]:
    """Return the pks of changed meetings, grouped by notice; those that wait longest come first.

    Each group is one meeting, or all changed meetings of a series. These include meetings that left
    the series when its days were changed.
    """
    untold = (
        unannounced_meetings(at)
        .order_by("changed_at", "pk")
        .values_list("pk", "series", "changed_at")
    )
    rows = list(untold[:MAX_MEETINGS_PER_RUN])
    history = Meeting.history.filter(
        id__in=[pk for pk, series, _at in rows if series is None], series__isnull=False
    )
    fell_away = dict(history.order_by("history_id").values_list("id", "series"))
    # When a series is divided, its later part and the meetings that leave it change at one instant.
    touched = {changed_at: series for _pk, series, changed_at in rows if series}
    due: dict[tuple[str, int], list[int]] = defaultdict(list)
    for pk, own, changed_at in rows:
        series = touched.get(changed_at, fell_away[pk]) if pk in fell_away else own
        due["series" if series else "meeting", series or pk].append(pk)
    return list(due.values())


def unannounced_meetings(at: datetime) -> MeetingQuerySet:
    """Return the upcoming meetings that changed since they were last compared."""
    told_before = Q(announcement__isnull=False) & Q(announcement__version=F("version"))
    on_the_calendar = Meeting.objects.scheduled_or_cancelled().upcoming(at)
    return on_the_calendar.filter(changed_at__lte=at - QUIET_PERIOD).exclude(told_before)


@transaction.atomic
def mark_all_as_announced(*, at: datetime) -> int:
    """Mark all meetings on the calendar as announced without mail; return how many there are."""
    meetings = list(
        Meeting.objects.scheduled_or_cancelled().filter(announcement=None).order_by("pk")
    )
    _keep(meetings, {}, at, is_told=False)
    return len(meetings)


@transaction.atomic
def _announce(pks: Sequence[int], words: TemplateSet, at: datetime) -> int:
    """Send a notice about one meeting or several of a series; return the number of mails."""
    locked = Meeting.objects.select_for_update(of=("self",), no_key=True).order_by("pk")
    meetings = list(locked.select_related("focus_area").filter(pk__in=pks))
    there = {
        told.meeting_id: told
        for told in Announcement.objects.filter(meeting__in=pks).order_by("pk")
    }
    meetings = [each for each in meetings if _is_untold(each, there.get(each.pk))]
    if not meetings or _is_being_edited(meetings, at):
        return 0

    changes = [MeetingChange(each, there.get(each.pk)) for each in meetings]
    letters = _letters(changes, words, at)
    if len(meetings) == 1 and letters:
        # This notice replaces earlier unsent ones to the same recipients.
        earlier = Message.objects.filter(topic__startswith=f"{notices_of(meetings[0])}/")
        to_them = earlier.filter(recipient__in=[letter.recipient for letter in letters])
        cancel_unsent(messages=to_them, at=at)
    _keep(meetings, there, at, is_told=True)
    queue_messages(letters, may_repeat=False, is_left_to_sweep=True)
    return len(letters)


def _is_untold(meeting: Meeting, told: Announcement | None) -> bool:
    return told is None or told.version != meeting.version


def _is_being_edited(meetings: Sequence[Meeting], at: datetime) -> bool:
    """Return whether these meetings, or others of their series, were changed a moment ago."""
    if any(meeting.changed_at > at - QUIET_PERIOD for meeting in meetings):
        return True
    series = {meeting.series_id for meeting in meetings} - {None}
    others = Meeting.objects.scheduled_or_cancelled().filter(series__in=series)
    return bool(series) and others.filter(changed_at__gt=at - QUIET_PERIOD).exists()


def _letters(changes: Sequence[MeetingChange], words: TemplateSet, at: datetime) -> list[Message]:
    """Compose the messages to all readers for whom something changed."""
    answers = load_answers(change.meeting for change in changes)
    composed = (_letter(reader, changes, answers, words, at) for reader in _readers_of(changes, at))
    return [letter for letter in composed if letter]


def _letter(
    reader: Recipient,
    changes: Sequence[MeetingChange],
    answers: Answers,
    words: TemplateSet,
    at: datetime,
) -> Message | None:
    seen = [(change, change.to(reader.areas)) for change in changes]
    theirs = [
        (change, what)
        for change, what in sorted(seen, key=lambda each: each[0].meeting.starts_at)
        if what and change.pointless_after(what) > at
    ]
    if not theirs:
        return None
    kinds = {KIND_OF[what] for _change, what in theirs}
    [first, what], is_one = theirs[0], len(theirs) == 1
    links = LinksOfMail(reader.person.language)
    return letter_to(
        reader,
        kinds.pop() if len(kinds) == 1 else CHANGED,
        {"changes": partial(_in_words, reader, theirs, answers, links)},
        title=first.meeting.title,
        about=first.meeting if is_one and what is not NoticeKind.LEFT else None,
        links=links,
        words=words,
        topic=_topic_of(changes),
        queue=Queue.BULK,
        at=at,
        expires_at=max(change.pointless_after(what) for change, what in theirs),
    )


def _in_words(
    reader: Recipient,
    theirs: Sequence[tuple[MeetingChange, NoticeKind]],
    answers: Answers,
    links: LinksOfMail,
) -> str:
    zone = reader.person.time_zone
    told = [
        change.in_words(what, zone, _replies(reader, change, what, answers, links))
        for change, what in theirs[:MAX_MEETINGS_LISTED]
    ]
    return placeholder_values.joined_changes_text(told, number=len(theirs))


def _replies(
    reader: Recipient,
    change: MeetingChange,
    what: NoticeKind,
    answers: Answers,
    links: LinksOfMail,
) -> str:
    """Return the reader's replies to a meeting, and the links to reply; empty if it is off."""
    meeting = change.meeting
    if what in (NoticeKind.CANCELLED, NoticeKind.LEFT):
        return ""
    current, again = {}, set()
    has_moved = change.told is not None and change.told.starts_at != meeting.starts_at
    for role in reader.roles:
        answer = answers.of(role, meeting)
        current[role.pk] = answer.choice_at(meeting)
        # People who answered for a start that has changed must answer again.
        if has_moved and not current[role.pk] and meeting.pk in answer.rsvps:
            again.add(role.pk)
    asked = roles_to_reply(reader, meeting, current, links, asked_again=again)
    return placeholder_values.replies_text(asked)


def _topic_of(changes: Sequence[MeetingChange]) -> str:
    """Return the topic of a notice, which is unique: the meeting and the number of the notice.

    A notice about several meetings has the topic of their series, so that it is not cancelled with
    one of the meetings.
    """
    [first, *others] = changes
    if others:
        series = max(change.meeting.series_id or 0 for change in changes)
        # The number of the notice is not unique here: it does not change with every version.
        return f"series-{series}/notice-{first.meeting.pk}-version-{first.meeting.version}"
    number = first.told.notice_count + 1 if first.told else 1
    return f"{notices_of(first.meeting)}/{number}"


def notices_of(meeting: Meeting) -> str:
    """Return the prefix of the topics of notices about one meeting."""
    return f"{topic_of(meeting)}/notice"


def _readers_of(changes: Sequence[MeetingChange], at: datetime) -> list[Recipient]:
    """Return everybody whom these meetings concern now or concerned before, in one query."""
    areas = {change.meeting.focus_area_id for change in changes}
    areas |= {change.told.focus_area_id for change in changes if change.told}
    people = participants().select_related("member__focus_area")
    if None not in areas:
        people = people.alias(area=area_shown("member__")).filter(area__in=areas)
    return recipients_among(with_member_as_shown(people, at=at))


def _keep(
    meetings: Sequence[Meeting],
    there: Mapping[int, Announcement],
    at: datetime,
    *,
    is_told: bool,
) -> None:
    """Save the current facts of these meetings as announced."""
    new, kept = [], []
    for meeting in meetings:
        told = there.get(meeting.pk)
        if told is None:
            told = Announcement(meeting=meeting, notice_count=int(is_told), announced_at=at)
            new.append(told)
        else:
            kept.append(told)
            if any(getattr(told, name) != getattr(meeting, name) for name in FACTS):
                told.notice_count, told.announced_at = told.notice_count + 1, at
        told.version = meeting.version
        for name in FACTS:
            setattr(told, name, getattr(meeting, name))
    Announcement.objects.bulk_create(new)
    Announcement.objects.bulk_update(kept, ["version", "notice_count", "announced_at", *COLUMNS])
