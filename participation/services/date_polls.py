"""Polls about the date of a meeting: the only code that begins and ends one."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, TypedDict, Unpack

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core.conflicts import Refused, lock
from core.dates import GENEVA, format_datetime
from focus_areas.models import FocusArea
from meetings.models import Meeting, MeetingKind
from meetings.services.meetings import draft_meeting, schedule_meeting
from outbox.services.queue import cancel, post_all
from participation.models import DatePoll, DatePollStatus, DateProposal
from participation.services.date_poll_letters import poll_letters, topic_of_poll
from participation.services.expected_attendees import focal_points_invited
from participation.services.letters import recipients_among
from participation.services.meeting_proposals import starts_in_the_past

# How many dates a poll proposes: one is no choice, and more do not fit on a page.
MIN_DATES: Final = 2
MAX_DATES: Final = 6


class PollFacts(TypedDict):
    """What the meeting of a poll is to be, and until when answers are asked for."""

    focus_area: FocusArea
    title: str
    language: str
    minutes: int
    time_zone: str
    place: str
    join_link: str
    answer_by: datetime


class AlreadySettled(Refused):
    """A date was taken, or the poll was closed."""

    def __init__(self, poll: DatePoll) -> None:
        super().__init__(
            _("%(name)s has settled this poll on %(when)s: %(status)s. Nothing was changed.")
            % {
                "name": poll.settled_by,
                "when": format_datetime(poll.settled_at, GENEVA) if poll.settled_at else "",
                "status": poll.get_status_display(),
            }
        )


@transaction.atomic
def create_date_poll(
    *, starts: Sequence[datetime], by: User, at: datetime, **facts: Unpack[PollFacts]
) -> DatePoll:
    """Ask the members of a working group which of some dates suit them, by email.

    Raises Refused (number_of_dates, same_date_twice, starts_in_the_past, deadline_past,
    deadline_too_late, already_open, nobody_to_ask).
    """
    _check_dates(starts, facts["answer_by"], at)
    area = facts["focus_area"]
    # Locked, so that two colleagues do not ask the same at once.
    lock(area)
    others = DatePoll.objects.filter(status=DatePollStatus.OPEN, focus_area=area)
    if others.filter(title=facts["title"]).exists():
        raise Refused(
            _("A poll with this title is open already. Nobody was asked again."),
            code="already_open",
        )
    readers = recipients_among(focal_points_invited(area.pk, before=at))
    if not readers:
        raise Refused(
            _("This working group has no members yet, so there is nobody to ask."),
            code="nobody_to_ask",
        )

    poll = DatePoll.objects.create(**facts, asked_at=at, asked_by=by)
    proposals = DateProposal.objects.bulk_create(
        DateProposal(poll=poll, starts_at=start) for start in sorted(starts)
    )
    post_all(poll_letters(poll, proposals, readers), at=at, may_repeat=False)
    return poll


@transaction.atomic
def take_date(*, proposal: DateProposal, by: User, at: datetime) -> Meeting:
    """Take one of the dates of a poll: the meeting is on the calendar, and its members are told.

    As of any new meeting, its notice tells them. Letters that still ask are not sent.

    Raises AlreadySettled, and Refused (starts_in_the_past).
    """
    poll = proposal.poll
    _lock_open(poll)
    if proposal.starts_at <= at:
        raise starts_in_the_past()

    meeting = draft_meeting(
        focus_area=poll.focus_area,
        kind=MeetingKind.MEETING,
        title=poll.title,
        language=poll.language,
        starts_at=proposal.starts_at,
        ends_at=proposal.starts_at + poll.length,
        time_zone=poll.time_zone,
        place=poll.place,
        join_link=poll.join_link,
        by=by,
        at=at,
    )
    schedule_meeting(meeting=meeting, by=by, at=at)
    proposal.is_taken = True
    proposal.save(update_fields=["is_taken"])
    poll.meeting = meeting
    _settle(poll, DatePollStatus.TAKEN, by, at)
    return meeting


@transaction.atomic
def close_date_poll(*, poll: DatePoll, by: User, at: datetime) -> DatePoll:
    """Close a poll without a meeting. Nobody is told; letters that still ask are not sent.

    Raises AlreadySettled.
    """
    _lock_open(poll)
    _settle(poll, DatePollStatus.CLOSED, by, at)
    return poll


def _check_dates(starts: Sequence[datetime], answer_by: datetime, at: datetime) -> None:
    if not MIN_DATES <= len(starts) <= MAX_DATES:
        words = _("Propose %(least)d to %(most)d dates.")
        raise Refused(words % {"least": MIN_DATES, "most": MAX_DATES}, code="number_of_dates")
    if len(set(starts)) < len(starts):
        raise Refused(_("Two of the dates are the same."), code="same_date_twice")
    if min(starts) <= at:
        raise starts_in_the_past()
    if answer_by <= at:
        raise Refused(
            _("The deadline for answers has passed. Choose a later one."), code="deadline_past"
        )
    if answer_by >= min(starts):
        raise Refused(
            _("The deadline for answers must be before the first date."), code="deadline_too_late"
        )


def _lock_open(poll: DatePoll) -> None:
    lock(poll)
    if not poll.is_open:
        raise AlreadySettled(poll)


def _settle(poll: DatePoll, status: DatePollStatus, by: User, at: datetime) -> None:
    poll.status, poll.settled_by, poll.settled_at = status, by, at
    poll.save(update_fields=["status", "settled_by", "settled_at", "meeting"])
    cancel(topic=topic_of_poll(poll), at=at)
