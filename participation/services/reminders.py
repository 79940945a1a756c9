"""Reminders of meetings that begin soon, to participants who want them and did not decline.

Reminders are not scheduled in advance. The task computes them from the calendar, the
announcements and the preferences. Sent reminders are messages in the outbox; their topic
contains the start, so that a new reminder is sent if a meeting was moved.

Of a meeting with several sittings, people are reminded of the one that they attend. Before they
answer, they get one reminder: of the sitting that suits their time zone best.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from django.db import transaction
from django.db.models import F, Q

from core.addresses import normalise_address
from meetings.models import Meeting, MeetingKind, MeetingQuerySet, MeetingStatus
from members.services.letters.placeholder_values import join_paragraphs
from outbox.models import Message, Queue
from outbox.services.letters import texts_of
from outbox.services.queue import Envelope, post_all
from outbox.services.rendering import one_line
from outbox.services.template_rendering import TemplateSet
from papers.models import PaperVersion
from participation.models import ActionPoint, MailPreferences
from participation.services import placeholder_values
from participation.services.chosen_sittings import Answers, load_answers
from participation.services.expected_attendees import invited_focal_points
from participation.services.invited import is_open_for_rsvp
from participation.services.letters import (
    Recipient,
    conversation_of,
    letter_to,
    recipients_among,
    roles_to_reply,
    topic_of,
)
from participation.services.mail_links import LinksOfMail
from participation.services.my_papers import papers_by_meeting
from participation.services.outcomes import open_points_before
from participation.services.template_types import DAY_BEFORE, HOUR_BEFORE

# The rest is left to the next run: no new meeting is started after so many mails, which take
# some seconds.
MAX_MAILS_PER_RUN: Final = 2000


@dataclass(frozen=True)
class Reminder:
    """A type of reminder: it is sent from `begins` before the start until `ends` before it."""

    # The name of the reminder in topics.
    name: str
    # The template type, and the field of MailPreferences.
    kind: str
    wish: str
    begins: timedelta
    ends: timedelta
    queue: Queue


@dataclass(frozen=True)
class Enclosed:
    """What the reminders of a meeting name besides it: its papers, and open action points."""

    papers: Sequence[PaperVersion]
    points: Sequence[ActionPoint]


DAY: Final = Reminder(
    "day-before",
    DAY_BEFORE,
    "day_before",
    begins=timedelta(days=1),
    ends=timedelta(hours=3),
    queue=Queue.BULK,
)
# This one must not wait behind a mailing to thousands.
HOUR: Final = Reminder(
    "hour-before",
    HOUR_BEFORE,
    "hour_before",
    begins=timedelta(hours=1),
    ends=timedelta(minutes=10),
    queue=Queue.MAIL,
)
# The most urgent first.
REMINDERS: Final = (HOUR, DAY)


def send_reminders(*, at: datetime) -> int:
    """Send reminders of meetings that begin soon; return the number of mails.

    The task may run twice, at the same time as another, or after a downtime. Nobody gets a second
    reminder of the same start, or a reminder after the meeting has begun or just before it.
    """
    written = 0
    for reminder in REMINDERS:
        pks = list(meetings_starting_soon(reminder, at).values_list("pk", flat=True))
        if pks:
            words = texts_of(reminder.kind)
            for pk in pks:
                if written < MAX_MAILS_PER_RUN:
                    written += _remind(pk, reminder, words, at)
    return written


def meetings_starting_soon(reminder: Reminder, at: datetime) -> MeetingQuerySet:
    """Return the meetings for which a reminder is due, the earliest first.

    Only meetings whose current time was announced: one that is being edited waits for its notice.
    """
    soon = Meeting.objects.filter(
        status=MeetingStatus.SCHEDULED,
        starts_at__gt=at + reminder.ends,
        starts_at__lte=at + reminder.begins,
        announcement__status=MeetingStatus.SCHEDULED,
        announcement__starts_at=F("starts_at"),
    )
    if reminder is HOUR:
        # An all-day event or a deadline needs no reminder an hour before midnight.
        soon = soon.exclude(Q(is_all_day=True) | Q(kind=MeetingKind.DEADLINE))
    return soon.order_by("starts_at", "pk")


def reminders_of(meeting: Meeting, reminder: Reminder) -> str:
    """Return the prefix of the topics of reminders of a meeting's current start."""
    return f"{topic_of(meeting)}/{reminder.name}/{start_in_topic(meeting)}"


def start_in_topic(meeting: Meeting) -> str:
    """Return the start of a meeting as part of a topic. Starts have no fractions of a second."""
    return str(int(meeting.starts_at.timestamp()))


@transaction.atomic
def _remind(pk: int, reminder: Reminder, words: TemplateSet, at: datetime) -> int:
    """Queue the missing reminders of a meeting; return how many."""
    # The lock makes sure that a second run sees which reminders the first one queued.
    soon = meetings_starting_soon(reminder, at).select_for_update(of=("self",), no_key=True)
    soon = soon.select_related("focus_area").prefetch_related("agenda_items")
    meeting = soon.filter(pk=pk).first()
    if meeting is None:
        return 0
    readers = recipients_among(invited_focal_points(meeting))
    left = _left_to_remind(readers, meeting, reminder)
    if not left:
        return 0
    answers = load_answers([meeting])
    others = [each for each in answers.together(meeting) if each.pk != meeting.pk]
    reminded_of_others = set().union(*(_reminded(each, reminder)[1] for each in others))
    enclosed = Enclosed(
        papers=papers_by_meeting([meeting]).get(meeting.pk, []),
        # Told once: by the reminder that most people get.
        points=list(open_points_before(meeting)) if reminder is DAY else [],
    )
    letters = [
        _letter(reader, meeting, reminder, answers, enclosed, words, at)
        for reader in left
        if _is_to_be_reminded(reader, meeting, answers, reminded_of_others)
    ]
    post_all(letters, at=at, may_repeat=False)
    return len(letters)


def _left_to_remind(
    readers: Sequence[Recipient], meeting: Meeting, reminder: Reminder
) -> list[Recipient]:
    """Return the readers who want a reminder and did not get one for this start.

    If a reminder was cancelled because the meeting was cancelled and restored, it is sent again.
    It is not sent again if the topic is the same, because then nothing has changed.
    """
    topics, reminded = _reminded(meeting, reminder)
    addresses = [reader.address for reader in readers]
    wishing = MailPreferences.objects.addresses_opted_in(reminder.wish, addresses)
    return [
        reader
        for reader in readers
        if reader.address in wishing
        and reader.address not in reminded
        and f"{_topic(meeting, reminder)}/{reader.segment}" not in topics
    ]


def _reminded(meeting: Meeting, reminder: Reminder) -> tuple[set[str], set[str]]:
    """Return the topics of the reminders of a meeting's start, and the addresses that got one."""
    written = Message.objects.filter(topic__startswith=f"{reminders_of(meeting, reminder)}/")
    rows = list(written.values_list("topic", "recipient", "cancel_reason"))
    topics = {topic for topic, _recipient, _void in rows}
    return topics, {normalise_address(recipient) for _topic, recipient, void in rows if not void}


def _is_to_be_reminded(
    reader: Recipient, meeting: Meeting, answers: Answers, reminded_of_others: set[str]
) -> bool:
    """Return whether a reader attends this sitting, or is undecided and it suits them best."""
    of_roles = [answers.of(role, meeting) for role in reader.roles]
    if any(answer.chosen and answer.chosen.meeting_id == meeting.pk for answer in of_roles):
        return True
    is_offered = any(
        meeting in answer.candidates
        and answer.chosen is None
        and answer.offered(reader.person.time_zone) == meeting
        for answer in of_roles
    )
    return is_offered and reader.address not in reminded_of_others


def _letter(
    reader: Recipient,
    meeting: Meeting,
    reminder: Reminder,
    answers: Answers,
    enclosed: Enclosed,
    words: TemplateSet,
    at: datetime,
) -> Envelope:
    zone = reader.person.time_zone
    links = LinksOfMail(reader.person.language)
    # Named until the reader has answered.
    others = {
        each.pk: each
        for role in reader.roles
        if not (answer := answers.of(role, meeting)).is_answered(at=at)
        for each in answer.candidates
        if each.pk != meeting.pk and is_open_for_rsvp(each, at=at)
    }
    return letter_to(
        reader,
        reminder.kind,
        {
            "when": partial(placeholder_values.meeting_time_text, meeting, zone),
            "about": partial(
                _details, reader, meeting, answers, [*others.values()], enclosed, links, at
            ),
        },
        title=one_line(meeting.title),
        timed=meeting,
        about=meeting,
        conversations=[conversation_of(meeting)],
        links=links,
        words=words,
        topic=_topic(meeting, reminder),
        queue=reminder.queue,
        expires_at=meeting.starts_at - reminder.ends,
    )


def _details(
    reader: Recipient,
    meeting: Meeting,
    answers: Answers,
    others: Sequence[Meeting],
    enclosed: Enclosed,
    links: LinksOfMail,
    at: datetime,
) -> str:
    """Return where it takes place, the reader's replies and links, papers and action points."""
    organisations = {role.member_id for role in reader.roles}
    details = placeholder_values.meeting_details_text(
        meeting,
        roles_to_reply(reader, meeting, answers, links, at),
        others,
        reader.person.time_zone,
        join=links.join(reader.person, meeting),
    )
    theirs = [point for point in enclosed.points if point.owner_id in organisations]
    return join_paragraphs(
        details,
        placeholder_values.papers_text(enclosed.papers, reader.person.language),
        placeholder_values.action_points_text(theirs),
    )


def _topic(meeting: Meeting, reminder: Reminder) -> str:
    return f"{reminders_of(meeting, reminder)}/version-{meeting.version}"
