"""Invitations that follow from a choice of the person, and the cancellations of those.

A person who begins to get invitations is invited to all meetings to come. One who stops gets a
cancellation of each, and so does one who attends another sitting. Nobody gets an event twice,
because only the difference between before and after the choice is sent.

The facts are those that were announced: a later change is told by its notice (notices.py).
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from copy import copy
from dataclasses import replace
from datetime import datetime
from functools import partial
from itertools import chain
from typing import Final

from django.db.models import Q

from accounts.models import User
from core.conflicts import lock
from core.history import set_history_actor
from meetings.models import Meeting, MeetingStatus
from members.models import FocalPoint
from members.services.participants import focal_points_of, with_member_as_shown
from outbox.models import Queue
from outbox.services.letters import texts_of
from outbox.services.queue import Envelope, post_all
from outbox.services.rendering import one_line
from participation.models import Announcement, CalendarChoice, MailPreferences
from participation.services import placeholder_values
from participation.services.chosen_sittings import Answers, ShownMeeting, load_answers
from participation.services.invitations import (
    FEED_DEFAULTS,
    Invitations,
    Organiser,
    organiser_of,
)
from participation.services.invited import is_invited, set_part
from participation.services.letters import (
    Recipient,
    conversation_of,
    letter_to,
    recipients_among,
    topic_of,
)
from participation.services.meeting_changes import (
    TIME_FIELDS,
    MeetingChange,
    NoticeKind,
    with_parts,
)
from participation.services.notice_letters import readers_of
from participation.services.own_feed import is_kept
from participation.services.template_types import INVITED, UNINVITED

LETTERS: Final = {NoticeKind.PLANNED: INVITED, NoticeKind.LEFT: UNINVITED}
# Of the topics of these letters.
NAMES: Final = {NoticeKind.PLANNED: "invitation", NoticeKind.LEFT: "invitation-withdrawn"}


@contextmanager
def invitations_begin_or_end(
    preferences: MailPreferences, *, user: User, at: datetime
) -> Iterator[None]:
    """Save in the block how meetings come into the calendar of a person, and queue what follows.

    The caller has locked the account, and set the new choice on the preferences.
    """
    saved = MailPreferences.objects.filter(pk=preferences.pk).first()
    before, after = organiser_of(saved) if saved else None, organiser_of(preferences)
    has_changed = (before is None) != (after is None)
    if has_changed:
        preferences.invitation_revision = (preferences.invitation_revision or 0) + 1
    yield
    if has_changed and (reader := _reader(user, at)):
        organiser = organiser_of(preferences) or before
        if organiser is not None:
            what = NoticeKind.PLANNED if after else NoticeKind.LEFT
            revised = replace(organiser, revision=preferences.invitation_revision or 0)
            known = _announced(at, Q(focus_area__in=reader.areas - {None}) | Q(focus_area=None))
            answers = load_answers([each.meeting for each in known], people=reader.roles)
            held = [each for each in known if _is_held(each.meeting, reader, answers)]
            _post(reader, [(each, what) for each in held], answers, revised, at)


@contextmanager
def invitations_follow(sittings: Sequence[Meeting], *, user: User, at: datetime) -> Iterator[None]:
    """Save in the block the answer of a person to some sittings, and queue what follows from it.

    The caller has locked the sittings.
    """
    preferences = None
    if len(sittings) > 1:
        # Locked, so that no other choice of the person comes in between.
        chosen = MailPreferences.objects.select_for_update(no_key=True).filter(user=user)
        preferences = chosen.order_by("pk").first()
    organiser = organiser_of(preferences) if preferences else None
    reader = _reader(user, at) if organiser else None
    if preferences is None or organiser is None or reader is None:
        yield
        return
    known = _announced(at, Q(meeting__in=sittings))
    before = {each.meeting.pk for each in _held(known, reader)}
    yield
    after = {each.meeting.pk for each in _held(known, reader)}
    changes = [
        (each, NoticeKind.PLANNED if each.meeting.pk in after else NoticeKind.LEFT)
        for each in known
        if each.meeting.pk in before ^ after
    ]
    if changes:
        answers = load_answers([each.meeting for each in known], people=reader.roles)
        _post(reader, changes, answers, _revised(preferences, organiser, user, at), at)


def invite_to_sittings_again(changes: Sequence[MeetingChange], *, at: datetime) -> int:
    """Queue invitations to the other sittings of changed ones, and cancellations, for all readers.

    Who loses the sitting that they chose has the others in the calendar again, as in the feed, and
    not any more if it takes place after all. Returns the number of letters.
    """
    changed = {change.meeting.pk: change for change in changes if change.told}
    now = load_answers(change.meeting for change in changed.values())
    several = [group for group in now.groups.values() if len(group) > 1]
    if not several:
        return 0
    then = Answers(
        {first: [_then(each, changed) for each in group] for first, group in now.groups.items()},
        now.rsvps,
    )
    others = [each for each in chain(*several) if each.pk not in changed]
    known = {each.meeting.pk: each for each in _announced(at, Q(meeting__in=others))}
    readers = readers_of(changes, at)
    chosen = MailPreferences.objects.filter(calendar=CalendarChoice.INVITATIONS)
    by_address = {each.user.email.lower(): each for each in chosen.select_related("user")}
    number = 0
    for reader in readers:
        preferences = by_address.get(reader.address)
        organiser = organiser_of(preferences) if preferences else None
        if preferences is None or organiser is None:
            continue
        theirs = [
            (each, NoticeKind.PLANNED if is_held else NoticeKind.LEFT)
            for each in known.values()
            if (is_held := _is_held(each.meeting, reader, now))
            != _is_held(each.meeting, reader, then)
        ]
        if theirs:
            lock(preferences)
            number += _post(reader, theirs, now, _revised(preferences, organiser, None, at), at)
    return number


def _revised(
    preferences: MailPreferences, organiser: Organiser, by: User | None, at: datetime
) -> Organiser:
    """Count once more how often invitations followed from choices, in locked preferences."""
    preferences.invitation_revision = (preferences.invitation_revision or 0) + 1
    set_history_actor(preferences, by, at)
    preferences.save(update_fields=["invitation_revision"])
    return replace(organiser, revision=preferences.invitation_revision or 0)


def _then(meeting: Meeting, changed: dict[int, MeetingChange]) -> Meeting:
    change = changed.get(meeting.pk)
    return _as_told(meeting, change.told) if change and change.told else meeting


def _reader(user: User, at: datetime) -> Recipient | None:
    """Return a person with all their roles, as they are shown to them."""
    roles: Iterable[FocalPoint] = focal_points_of(user).select_related("member__focus_area")
    return next(iter(recipients_among(with_member_as_shown(roles, at=at))), None)


def _announced(at: datetime, which: Q) -> list[MeetingChange]:
    """Return meetings that have not ended, as they were announced."""
    told = Announcement.objects.filter(which, status=MeetingStatus.SCHEDULED, ends_at__gt=at)
    rows = told.select_related("focus_area", "meeting__sitting_of").order_by("starts_at", "pk")
    known = with_parts([MeetingChange(_as_told(each.meeting, each), each) for each in rows])
    for change in known:
        set_part(change.meeting, change.told_members or frozenset())
    return known


def _as_told(meeting: Meeting, told: Announcement) -> Meeting:
    """Return a copy of a meeting with the facts that participants know."""
    known = copy(meeting)
    for name in ("focus_area", "part_id", "status", "place", *TIME_FIELDS):
        setattr(known, name, getattr(told, name))
    known.title = told.title or meeting.title
    return known


def _held(known: Iterable[MeetingChange], reader: Recipient) -> list[MeetingChange]:
    known = list(known)
    answers = load_answers([each.meeting for each in known], people=reader.roles)
    return [each for each in known if _is_held(each.meeting, reader, answers)]


def _is_held(meeting: Meeting, reader: Recipient, answers: Answers) -> bool:
    """Return whether a meeting is in the calendar of a person who gets invitations."""
    if not any(is_invited(meeting, role) for role in reader.roles):
        return False
    shown = ShownMeeting(
        answers.presentation(reader.roles, meeting),
        0,
        None,
        answers.are_refusals(reader.roles, meeting),
    )
    return is_kept(shown, FEED_DEFAULTS)


def _post(
    reader: Recipient,
    changes: Sequence[tuple[MeetingChange, NoticeKind]],
    answers: Answers,
    organiser: Organiser,
    at: datetime,
) -> int:
    """Queue one letter for each meeting that comes into a calendar or leaves it."""
    invitations = Invitations(
        [reader],
        [change for change, _what in changes],
        answers,
        at,
        organisers={reader.address: organiser},
    )
    words = texts_of(INVITED, UNINVITED)
    letters: list[Envelope] = []
    for change, what in changes:
        meeting = change.meeting
        when = partial(placeholder_values.meeting_time_text, meeting, reader.person.time_zone)
        letters.append(
            letter_to(
                reader,
                LETTERS[what],
                {"when": when},
                title=one_line(meeting.title),
                timed=meeting,
                about=meeting,
                conversations=[conversation_of(meeting)],
                attachment=invitations.of(reader, [(change, what)]),
                words=words,
                topic=f"{topic_of(meeting)}/{NAMES[what]}/{organiser.revision}",
                queue=Queue.BULK,
                expires_at=meeting.ends_at,
            )
        )
    post_all(letters, at=at, may_repeat=False)
    return len(letters)
