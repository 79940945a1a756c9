"""Cancels unsent mail about meetings if its cause is gone."""

import re
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Final

from django.db.models import Q

from core.addresses import normalise_address
from meetings.models import Meeting, MeetingStatus
from members.services.participants import participants
from outbox.models import Message
from outbox.services.queue import cancel_unsent
from participation.models import Announcement
from participation.services.chosen_sittings import load_answers
from participation.services.letters import MEETING_TOPIC
from participation.services.notice_letters import MEETINGS_TOPIC
from participation.services.reminders import REMINDERS, start_in_topic
from participation.services.rsvps import is_invited

# The topic of a message about one meeting: its type, the start (in reminders), the recipient; and
# of a notice about several meetings, which depends only on its recipient.
TOPIC: Final = re.compile(
    rf"(?:{MEETING_TOPIC}(?P<meeting>\d+)/(?P<what>[a-z-]+)/(?P<start>\d+)|{MEETINGS_TOPIC})"
    r".*?/focal-point-(?P<person>\d+)(?:/|$)"
)
REMINDER_NAMES: Final = frozenset(reminder.name for reminder in REMINDERS)


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
        if (invited := [role for role in roles[address] if is_invited(meeting, role)])
        and all(answers.of(role, meeting).declines(meeting) for role in invited)
    ]


def _statuses_told(meetings: Iterable[int]) -> dict[int, str]:
    told = Announcement.objects.filter(meeting__in=list(meetings))
    return dict(told.values_list("meeting", "status"))
