"""Invitations in notices, for readers whose meetings come into their calendar by mail (RFC 6047).

An invitation is about one meeting, because a calendar program reads one UID in a mail. So these
readers get a notice for each meeting, and nobody else gets a calendar in a mail.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain
from typing import Any, Final

from django.db.models import QuerySet
from django.db.models.functions import Lower
from django.utils.translation import override

from meetings.models import Meeting, MeetingKind, MeetingStatus
from meetings.services.ical import Invitation, OwnEvent, method_of, write_invitation
from members.models import FocalPoint
from members.services.participants import participants, with_member_as_shown
from outbox.services.queue import NO_ATTACHMENT, Attachment
from outbox.services.return_addresses import organiser_mailbox
from participation.models import (
    ATTENDING,
    CalendarChoice,
    CalendarFeed,
    MailPreferences,
    RsvpChoice,
)
from participation.services.calendar_choices import has_invitations
from participation.services.chosen_sittings import (
    OTHER_SITTING,
    Answers,
    load_revisions,
    shown_meeting,
)
from participation.services.invited import is_invited
from participation.services.letters import Recipient
from participation.services.meeting_changes import TIME_FIELDS, MeetingChange, NoticeKind
from participation.services.own_feed import is_kept, own_event

NAME: Final = "invitation.ics"
# Reminders, and what happens to declined meetings, are set in the program of the reader.
FEED_DEFAULTS: Final = CalendarFeed()
DECLINING: Final = (RsvpChoice.NO, OTHER_SITTING)


class Invitations:
    """The invitations in all notices of one run.

    The events are those of the reader's feed, without join links. The number of queries does not
    depend on the number of readers.
    """

    def __init__(
        self,
        readers: Sequence[Recipient],
        changes: Sequence[MeetingChange],
        answers: Answers,
        at: datetime,
        *,
        organisers: "Mapping[str, Organiser] | None" = None,
    ) -> None:
        """Read what the invitations of these readers need; those in `organisers` get invitations.

        Without `organisers`, they are the readers who chose invitations.
        """
        if organisers is None:
            organisers = organisers_of(reader.address for reader in readers)
        self.organisers = organisers
        self.roles = _roles_at(self.organisers, at)
        self.answers = answers
        self.sittings = list(chain.from_iterable(answers.groups.values()))
        meetings = {change.meeting.pk: change.meeting for change in changes}
        meetings |= {each.pk: each for each in self.sittings}
        everybody = chain.from_iterable(self.roles.values())
        self.revisions = load_revisions(meetings.values(), people=everybody)
        self.at = at

    def are_for(self, reader: Recipient) -> bool:
        """Return whether a reader gets invitations, and so a notice for each meeting."""
        return reader.address in self.organisers

    def of(
        self, reader: Recipient, theirs: Sequence[tuple[MeetingChange, NoticeKind]]
    ) -> Attachment:
        """Return the invitation of a reader to the meeting of a notice, if they get invitations."""
        if not self.are_for(reader):
            return NO_ATTACHMENT
        [(change, what)] = theirs
        meeting = _as_seen(change, what)
        with override(reader.person.language):
            own = self._own_event(reader, meeting)
            content = write_invitation(
                meeting,
                self._invitation(reader, meeting),
                at=self.at,
                sittings=self._other_sittings(reader, meeting),
                own=replace(own, page="") if what is NoticeKind.LEFT else own,
            )
        return Attachment(NAME, f"text/calendar; method={method_of(meeting)}", content.decode())

    def _own_event(self, reader: Recipient, meeting: Meeting) -> OwnEvent:
        shown = shown_meeting(
            meeting,
            people=self.roles[reader.address],
            answers=self.answers,
            revisions=self.revisions,
        )
        own = own_event(
            meeting,
            shown,
            FEED_DEFAULTS,
            today=self.at.date(),
            revision=self.organisers[reader.address].revision,
        )
        # The program shows by itself that its owner declined.
        return replace(own, is_declined=False)

    def _other_sittings(self, reader: Recipient, meeting: Meeting) -> list[Meeting]:
        """Return the other sittings that the feed of a reader would have."""
        roles = self.roles[reader.address]
        return [
            each
            for each in self.answers.together(meeting)
            if each.pk != meeting.pk
            and any(is_invited(each, role) for role in roles)
            and is_kept(
                shown_meeting(each, people=roles, answers=self.answers, revisions=self.revisions),
                FEED_DEFAULTS,
            )
        ]

    def _invitation(self, reader: Recipient, meeting: Meeting) -> Invitation:
        of_roles = [
            self.answers.of(role, meeting) for role in reader.roles if is_invited(meeting, role)
        ]
        is_answered = all(answer.is_answered(at=self.at) for answer in of_roles)
        return Invitation(
            organiser=self.organisers[reader.address].mailbox,
            address=reader.person.email,
            partstat=_partstat([answer.choice_at(meeting) for answer in of_roles]),
            is_asked=meeting.kind != MeetingKind.DEADLINE and not is_answered,
        )


@dataclass(frozen=True)
class Organiser:
    """Who invites one person: an address of the portal, to which the person's program answers."""

    mailbox: str
    # MailPreferences.invitation_revision.
    revision: int


def organiser_of(preferences: MailPreferences) -> Organiser | None:
    """Return the organiser of a person's invitations, if they chose them and they can be sent."""
    if preferences.calendar != CalendarChoice.INVITATIONS or not preferences.organiser_id:
        return None
    mailbox = organiser_mailbox(preferences.organiser_id)
    return Organiser(mailbox, preferences.invitation_revision or 0) if mailbox else None


def organisers_of(addresses: Iterable[str]) -> dict[str, Organiser]:
    """Return the organisers of the people who chose invitations, by address, in one query.

    It is empty if invitations cannot be sent.
    """
    if not has_invitations():
        return {}
    chosen = MailPreferences.objects.filter(calendar=CalendarChoice.INVITATIONS)
    rows = chosen.annotate(address=Lower("user__email")).filter(address__in=list(addresses))
    found: dict[str, Organiser] = {}
    for preferences in rows:
        if organiser := organiser_of(preferences):
            found[preferences.address] = organiser  # type: ignore[attr-defined]
    return found


def _roles_at(addresses: Iterable[str], at: datetime) -> dict[str, list[FocalPoint]]:
    """Return all roles at some addresses, on which their feeds depend, in one query."""
    people: QuerySet[Any] = participants().filter(address__in=list(addresses))
    roles: dict[str, list[FocalPoint]] = defaultdict(list)
    for role in with_member_as_shown(people.select_related("member__focus_area"), at=at):
        roles[role.address].append(role)  # type: ignore[attr-defined]
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


def _partstat(choices: Sequence[str]) -> str:
    """Return what a person answered in their roles, as a value of PARTSTAT."""
    if any(choice in ATTENDING for choice in choices):
        return "ACCEPTED"
    if choices and all(choice in DECLINING for choice in choices):
        return "DECLINED"
    return "NEEDS-ACTION"
