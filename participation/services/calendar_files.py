"""Calendar files in notices, for readers who want them and do not subscribe to their feed."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from copy import copy
from dataclasses import replace
from datetime import datetime
from functools import cache
from itertools import chain
from typing import Any, Final

from django.db.models import QuerySet
from django.db.models.functions import Lower
from django.utils.translation import override

from core.addresses import normalise_address
from meetings.models import Meeting, MeetingStatus
from meetings.services.ical import OwnEvent, write_published
from members.models import FocalPoint
from members.services.participants import participants, with_member_as_shown
from outbox.services.queue import NO_ATTACHMENT, Attachment
from participation.models import CalendarFeed, MailPreferences
from participation.services.chosen_sittings import (
    Answers,
    ShownMeeting,
    load_revisions,
    shown_meeting,
)
from participation.services.letters import Recipient
from participation.services.meeting_changes import TIME_FIELDS, MeetingChange, NoticeKind
from participation.services.own_feed import is_kept, own_event
from participation.services.rsvps import is_invited

NAME: Final = "meetings.ics"
CONTENT_TYPE: Final = "text/calendar; method=PUBLISH"


class CalendarFiles:
    """The calendar files of all mails of one run: one for readers who see the same.

    The events are those of the reader's feed, without join links. The number of queries does not
    depend on the number of readers.
    """

    def __init__(
        self,
        readers: Sequence[Recipient],
        changes: Sequence[MeetingChange],
        answers: Answers,
        at: datetime,
    ) -> None:
        wanted = MailPreferences.objects.addresses_opted_in(
            "calendar_files", [reader.address for reader in readers]
        )
        in_use = CalendarFeed.objects.in_use(at).annotate(address=Lower("user__email"))
        addresses = wanted - set(in_use.values_list("address", flat=True))
        self.choices = _choices_at(addresses)
        self.roles = _roles_at(self.choices, at)
        self.answers = answers
        self.sittings = list(chain.from_iterable(answers.groups.values()))
        meetings = {change.meeting.pk: change.meeting for change in changes}
        meetings |= {each.pk: each for each in self.sittings}
        everybody = chain.from_iterable(self.roles.values())
        self.revisions = load_revisions(meetings.values(), people=everybody)
        self.at = at
        self._written = cache(self._write)

    def of(
        self, reader: Recipient, theirs: Sequence[tuple[MeetingChange, NoticeKind]]
    ) -> Attachment:
        """Return the file with the meetings that changed for a reader, if they get one."""
        if reader.address not in self.choices:
            return NO_ATTACHMENT
        language = reader.person.language
        told = {change.meeting.pk for change, _what in theirs}
        others = [
            each.pk
            for each in self.sittings
            if each.pk not in told
            and any(is_invited(each, role) for role in self.roles[reader.address])
            and is_kept(self._shown(reader, each), self.choices[reader.address])
        ]
        with override(language):
            own = [self._own_event(reader, change, what) for change, what in theirs]
        content = self._written(tuple(theirs), tuple(own), frozenset(others), language)
        return Attachment(NAME, CONTENT_TYPE, content)

    def _shown(self, reader: Recipient, meeting: Meeting) -> ShownMeeting:
        return shown_meeting(
            meeting,
            people=self.roles[reader.address],
            answers=self.answers,
            revisions=self.revisions,
        )

    def _own_event(self, reader: Recipient, change: MeetingChange, what: NoticeKind) -> OwnEvent:
        meeting, choices = change.meeting, self.choices[reader.address]
        own = own_event(meeting, self._shown(reader, meeting), choices, today=self.at.date())
        return replace(own, page="") if what is NoticeKind.LEFT else own

    def _write(
        self,
        theirs: tuple[tuple[MeetingChange, NoticeKind], ...],
        own: tuple[OwnEvent, ...],
        others: frozenset[int],
        language: str,
    ) -> str:
        meetings = [_as_seen(change, what) for change, what in theirs]
        with override(language):
            # Without join links, because mails are forwarded.
            file = write_published(
                meetings,
                with_join_links=False,
                at=self.at,
                sittings=[each for each in self.sittings if each.pk in others],
                own={meeting.pk: mine for meeting, mine in zip(meetings, own, strict=True)},
            )
        return file.decode()


def _choices_at(addresses: Iterable[str]) -> dict[str, CalendarFeed]:
    """Return what the people at some addresses chose for their feeds, in one query."""
    choices = {address: CalendarFeed() for address in addresses}
    stored = CalendarFeed.objects.alias(address=Lower("user__email")).filter(address__in=choices)
    for feed in stored.select_related("user"):
        choices[normalise_address(feed.user.email)] = feed
    return choices


def _roles_at(addresses: Iterable[str], at: datetime) -> dict[str, list[FocalPoint]]:
    """Return all roles at some addresses, on which their feeds depend, in one query."""
    people: QuerySet[Any] = participants().filter(address__in=addresses)
    roles: dict[str, list[FocalPoint]] = defaultdict(list)
    for role in with_member_as_shown(people.select_related("member__focus_area"), at=at):
        roles[normalise_address(role.email)].append(role)
    return roles


def _as_seen(change: MeetingChange, what: NoticeKind) -> Meeting:
    """Return a meeting as its reader is to have it: cancelled if it left their group."""
    if what is not NoticeKind.LEFT or change.told is None:
        return change.meeting
    meeting = copy(change.meeting)
    meeting.status, meeting.reason = MeetingStatus.CANCELLED, ""
    for name in TIME_FIELDS:
        setattr(meeting, name, getattr(change.told, name))
    return meeting
