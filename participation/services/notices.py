"""Notices: mail to participants about new, changed and cancelled meetings.

Code that changes a meeting does not send notices. A task compares meetings with what was last
announced, some minutes after the last edit: five saves make one notice, an edit that was undone
makes none, and all that changed for a reader is one mail. If a meeting begins soon, its notice is
urgent, and waits for less.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import Q

from core.addresses import normalise_address
from meetings.models import Meeting, MeetingStatus
from members.services.participants import participants
from outbox.models import Message, Queue
from outbox.services.letters import texts_of
from outbox.services.queue import Envelope, cancel_unsent, move_to_mail_queue, post_all
from participation.models import Announcement
from participation.services.chosen_sittings import load_answers
from participation.services.invitation_updates import invite_to_sittings_again
from participation.services.invited import is_invited
from participation.services.letters import MEETING_TOPIC
from participation.services.meeting_changes import (
    MeetingChange,
    meeting_changes,
    settled_meetings,
)
from participation.services.notice_letters import MEETINGS_TOPIC, is_notice, notice_letters
from participation.services.reminders import REMINDERS, start_in_topic
from participation.services.reply_requests import REPLY_REQUEST
from participation.services.template_types import (
    CANCELLED,
    PLANNED,
    UPDATED,
)

# The limit of a run; the rest is left to the next run.
MAX_MEETINGS_PER_RUN: Final = 500
# The facts that are announced: not the agenda. Of `is_tentative`, only the end is.
FACTS: Final = (
    "focus_area_id",
    "part_id",
    "status",
    "starts_at",
    "ends_at",
    "time_zone",
    "is_all_day",
    "title",
    "place",
    "join_link",
    "is_tentative",
)
COLUMNS: Final = tuple(name.removesuffix("_id") for name in FACTS)


def send_notices(*, at: datetime) -> int:
    """Send each reader one mail about all meetings that changed; return the number of mails.

    Which meetings are told now is in `meeting_changes.py`. They are told in one transaction, so
    that nobody gets two mails about one run, or none. The task may run twice, at the same time as
    another, or after a downtime, because announcements are read again after the meetings are
    locked.
    """
    settled = settled_meetings(at)[:MAX_MEETINGS_PER_RUN]
    if not settled:
        return 0
    words = texts_of(PLANNED, UPDATED, CANCELLED)
    with transaction.atomic():
        changes = meeting_changes(settled)
        if not changes:
            return 0
        letters = notice_letters(changes, words, at)
        _supersede_unsent(letters, at)
        invited_again = invite_to_sittings_again(changes, at=at)
        _keep(changes, at, is_told=True)
        post_all(letters, at=at, may_repeat=False)
    return len(letters) + invited_again


@transaction.atomic
def mark_all_as_announced(*, at: datetime) -> int:
    """Mark all meetings on the calendar as announced without mail; return how many there are."""
    meetings = Meeting.objects.scheduled_or_cancelled().filter(announcement=None).order_by("pk")
    changes = [MeetingChange(meeting, None) for meeting in meetings]
    _keep(changes, at, is_told=False)
    return len(changes)


def _supersede_unsent(letters: Sequence[Envelope], at: datetime) -> None:
    """Cancel earlier unsent notices about meetings that new ones to the same recipients are about.

    Each notice states everything, so a person who reads only the last one knows the current state.
    An earlier one that also tells of other meetings goes out before an urgent one, which would
    overtake it.
    """
    told_now = defaultdict(list)
    for letter in letters:
        told_now[normalise_address(letter.to.email)].append(letter)
    waiting = Message.objects.waiting().filter(cancel_reason="", topic__startswith="meeting")
    rows = waiting.exclude(conversations="").values_list(
        "pk", "topic", "recipient", "conversations", "attachment_name"
    )
    replaced, overtaken = [], []
    for pk, topic, recipient, conversations, invitation in rows:
        theirs = told_now.get(normalise_address(recipient), [])
        if invitation:
            # The other sittings of a meeting have invitations of their own.
            theirs = [each for each in theirs if _meeting_in(each.topic) == _meeting_in(topic)]
        if not theirs or not is_notice(topic):
            continue
        earlier = {*conversations.split()}
        if earlier <= {name for each in theirs for name in each.conversations}:
            replaced.append(pk)
        elif any(each.queue == Queue.MAIL and earlier & {*each.conversations} for each in theirs):
            overtaken.append(pk)
    if replaced:
        cancel_unsent(messages=Message.objects.filter(pk__in=replaced), at=at)
    if overtaken:
        move_to_mail_queue(messages=Message.objects.filter(pk__in=overtaken), at=at)


def _meeting_in(topic: str) -> str:
    """Return the part of the topic of a notice that names its meeting."""
    return topic.partition("/")[0]


def _keep(changes: Sequence[MeetingChange], at: datetime, *, is_told: bool) -> None:
    """Save the current facts of these meetings as announced."""
    new, kept = [], []
    for change in changes:
        meeting, told = change.meeting, change.told
        if told is None:
            told = Announcement(meeting=meeting, notice_count=int(is_told), announced_at=at)
            new.append(told)
        else:
            kept.append(told)
            has_changed = any(getattr(told, name) != getattr(meeting, name) for name in FACTS)
            if has_changed or change.members != change.told_members:
                told.notice_count, told.announced_at = told.notice_count + 1, at
        told.version = meeting.version
        for name in FACTS:
            setattr(told, name, getattr(meeting, name))
    Announcement.objects.bulk_create(new)
    Announcement.objects.bulk_update(kept, ["version", "notice_count", "announced_at", *COLUMNS])


# The topic of a message about one meeting: its type, the start (in reminders), the recipient; and
# of a notice about several meetings, which depends only on its recipient.
TOPIC: Final = re.compile(
    rf"(?:{MEETING_TOPIC}(?P<meeting>\d+)/(?P<what>[a-z-]+)/(?P<start>\d+)|{MEETINGS_TOPIC})"
    r".*?/focal-point-(?P<person>\d+)(?:/|$)"
)
REMINDER_NAMES: Final = frozenset({REPLY_REQUEST, *(reminder.name for reminder in REMINDERS)})


def cancel_expired_notices(*, at: datetime) -> int:
    """Cancel waiting mail that no longer applies; return how many messages were cancelled.

    A message no longer applies if the start that it reminds of has changed, the meeting is
    cancelled, or the recipient no longer participates. A reminder does not apply either if the
    recipient has declined, or attends another sitting. Unlike new notices, this does not wait until
    an edit is finished, because a waiting message may be sent at any moment.
    """
    waiting = Message.objects.waiting().filter(
        Q(topic__startswith=MEETING_TOPIC) | Q(topic__startswith=MEETINGS_TOPIC), cancel_reason=""
    )
    found = [
        (pk, recipient, match)
        for pk, topic, recipient in waiting.values_list("pk", "topic", "recipient")
        if (match := TOPIC.match(topic))
    ]
    if not found:
        return 0
    named = {int(match["meeting"]) for _pk, _to, match in found if match["meeting"]}
    meetings = Meeting.objects.in_bulk(named)
    told = _statuses_told(meetings)
    addresses = dict(
        participants()
        .filter(pk__in={int(match["person"]) for _pk, _to, match in found})
        .values_list("pk", "address")
    )
    lapsed = [
        pk
        for pk, recipient, match in found
        if addresses.get(int(match["person"])) != normalise_address(recipient)
        or (match["meeting"] and _is_gone(match, meetings.get(int(match["meeting"])), told))
    ]
    lapsed += _declined(
        (pk, meetings[int(match["meeting"])], addresses[int(match["person"])])
        for pk, _to, match in found
        if match["what"] in REMINDER_NAMES and pk not in lapsed
    )
    if not lapsed:
        return 0
    return cancel_unsent(messages=Message.objects.filter(pk__in=lapsed), at=at)


def _is_gone(match: re.Match[str], meeting: Meeting | None, told: dict[int, str]) -> bool:
    """Return whether the content of a message no longer applies to its meeting."""
    if meeting is None:
        return True
    if match["what"] in REMINDER_NAMES:
        is_on = meeting.status == MeetingStatus.SCHEDULED
        return not is_on or start_in_topic(meeting) != match["start"]
    # The notice that the meeting is cancelled must still go out.
    is_told = told.get(meeting.pk) == MeetingStatus.CANCELLED
    return meeting.status == MeetingStatus.CANCELLED and not is_told


def _declined(reminders: Iterable[tuple[int, Meeting, str]]) -> list[int]:
    """Return the pks of reminders of a meeting whose address declined it in all of its roles."""
    reminders = list(reminders)
    if not reminders:
        return []
    answers = load_answers([meeting for _pk, meeting, _to in reminders])
    roles = defaultdict(list)
    people = participants().filter(address__in={address for _pk, _meeting, address in reminders})
    for role in people.select_related("member"):
        roles[role.address].append(role)
    return [
        pk
        for pk, meeting, address in reminders
        if (
            (invited := [role for role in roles[address] if is_invited(meeting, role)])
            and all(answers.of(role, meeting).declines(meeting) for role in invited)
        )
        or (meeting.part_id and not invited)
    ]


def _statuses_told(meetings: Iterable[int]) -> dict[int, str]:
    told = Announcement.objects.filter(meeting__in=list(meetings))
    return dict(told.values_list("meeting", "status"))
