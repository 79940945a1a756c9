"""Composes mail about meetings or papers: one message to an address, for all of its roles."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final

from core.addresses import normalise_address
from core.languages import page_url
from meetings.models import Meeting, MeetingKind
from members.models import FocalPoint
from members.services.letters.composing import addressee, segment_of
from outbox.models import Queue
from outbox.services.letters import NO_KEYS, write
from outbox.services.queue import NO_ATTACHMENT, Attachment, Envelope
from outbox.services.rendering import escape_inline
from outbox.services.template_rendering import TemplateSet, Value, text_of_value
from participation.models import Announcement
from participation.services import placeholder_values
from participation.services.chosen_sittings import Answers
from participation.services.invited import is_asked, is_invited
from participation.services.mail_links import LinksOfMail
from participation.services.placeholder_values import RoleToReply

# The prefix of the topic of each message about one meeting.
MEETING_TOPIC: Final = "meeting-"


@dataclass(frozen=True)
class Recipient:
    """The owner of one address, with all the roles in which they participate.

    Organisations may share a focal point, who gets only one message.
    """

    roles: tuple[FocalPoint, ...]

    @property
    def person(self) -> FocalPoint:
        """The role that the message is addressed to; their pages show the same one."""
        return self.roles[0]

    @property
    def address(self) -> str:
        """The address in lower case."""
        return normalise_address(self.person.email)

    @property
    def segment(self) -> str:
        """The last part of the topic of a message to them."""
        return segment_of(self.person)

    @property
    def areas(self) -> frozenset[int | None]:
        """The focus areas of their organisations."""
        return frozenset(role.member.focus_area_id for role in self.roles)

    @property
    def members(self) -> frozenset[int]:
        """The pks of their organisations."""
        return frozenset(role.member_id for role in self.roles)


def recipients_among(people: Iterable[FocalPoint]) -> list[Recipient]:
    """Group focal points by address; focal points come before alternates."""
    by_address: dict[str, list[FocalPoint]] = {}
    for person in sorted(people, key=lambda each: (each.is_alternate, each.pk)):
        by_address.setdefault(normalise_address(person.email), []).append(person)
    return [Recipient(tuple(roles)) for roles in by_address.values()]


def topic_of(meeting: Meeting) -> str:
    """Return the prefix of the topics of messages about one meeting."""
    return f"{MEETING_TOPIC}{meeting.pk}"


def conversation_of(meeting: Meeting) -> str:
    """Return the name of the conversation of all mails about a meeting and its other sittings."""
    first = meeting.sitting_of or meeting
    return f"{MEETING_TOPIC}{first.uid}"


def roles_to_reply(
    reader: Recipient,
    meeting: Meeting,
    answers: Answers,
    links: LinksOfMail,
    at: datetime,
    *,
    asked_again: Collection[int] = (),
) -> list[RoleToReply]:
    """Return the roles of a reader in which they are invited to a meeting, with their own links.

    Long before the meeting they are not asked, and there are no links. `asked_again` are the pks
    of the roles that answered for an earlier start.
    """
    asks = is_asked(meeting, at=at)
    return [
        RoleToReply(
            organisation=role.member.organisation_name if len(reader.roles) > 1 else "",
            choice=answers.of(role, meeting).choice_at(meeting),
            links=links.reply(role, meeting) if asks else [],
            is_asked_again=asks and role.pk in asked_again,
        )
        for role in reader.roles
        if meeting.kind != MeetingKind.DEADLINE and is_invited(meeting, role)
    ]


def letter_to(
    reader: Recipient,
    kind: str,
    values: Mapping[str, Value],
    *,
    title: Value = "",
    first_title: str = "",
    more: Value = "",
    timed: Meeting | Announcement | None = None,
    about: Meeting | None = None,
    conversations: Sequence[str] = (),
    attachment: Attachment = NO_ATTACHMENT,
    links: LinksOfMail | None = None,
    words: TemplateSet,
    topic: str,
    queue: Queue,
    expires_at: datetime,
) -> Envelope:
    """Write a letter to a recipient in their language, ready to be posted.

    `title`, `first_title` and `more` are texts of one line: the title with how many more meetings
    there are, and both apart. `timed` has the day and the working group for the subject.
    `about` is the meeting that the message links to; without one it links to their calendar.
    `links` are the reader's own links, which the `values` add when they are computed.
    """
    person = reader.person
    language = person.language
    page = (
        page_url("participation:my_meeting", language, about.uid)
        if about
        else page_url("participation:my_calendar", language)
    )
    in_subject: dict[str, Value] = {"title": title, "first_title": first_title, "more": more}
    in_text: dict[str, Value] = {}
    if timed:
        in_subject["day"] = partial(placeholder_values.short_day_text, timed, person.time_zone)
        in_subject["group"] = partial(placeholder_values.group_text, timed)
        in_text["day"] = partial(placeholder_values.day_text, timed, person.time_zone)
    letter = write(
        kind,
        language,
        {
            **{name: partial(_as_markdown, value) for name, value in in_subject.items()},
            **in_text,
            "page": page,
            "preferences": page_url("participation:my_preferences", language),
            **values,
        },
        subject_values=in_subject,
        words=words,
    )
    return Envelope(
        letter,
        addressee(person),
        topic=f"{topic}/{reader.segment}",
        reference=person.member.reference,
        conversations=conversations,
        attachment=attachment,
        keys={"private_links": links.as_lines} if links else NO_KEYS,
        queue=queue,
        expires_at=expires_at,
    )


def _as_markdown(value: Value) -> str:
    return escape_inline(text_of_value(value))
