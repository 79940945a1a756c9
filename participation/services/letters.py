"""How a mail about meetings or papers is made: to one address, whoever it stands for there."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.conf import settings
from django.urls import reverse
from django.utils.translation import override

from meetings.models import Meeting
from members.models import FocalPoint
from members.services.letters.composing import closing, greeting, page_language, segment_of
from members.services.template_types import CLOSING
from outbox.models import Message, Queue
from outbox.services.queue import compose_message
from outbox.services.rendering import escape_inline, one_line
from outbox.services.template_rendering import TemplateSet, Value, render_text

# How the topic of each mail about one meeting begins.
MEETING_TOPIC: Final = "meeting-"


@dataclass(frozen=True)
class Recipient:
    """Whoever reads what comes to one address, in each role in which they take part.

    Organisations may share a focal point, who is told once.
    """

    roles: tuple[FocalPoint, ...]

    @property
    def person(self) -> FocalPoint:
        """Who they are written to as: who their pages show them as, too."""
        return self.roles[0]

    @property
    def address(self) -> str:
        """The address, in small letters."""
        return self.person.email.lower()

    @property
    def segment(self) -> str:
        """What the topic of a mail to them ends with."""
        return segment_of(self.person)

    @property
    def areas(self) -> frozenset[int | None]:
        """The focus areas of their organisations."""
        return frozenset(role.member.focus_area_id for role in self.roles)


def recipients_among(people: Iterable[FocalPoint]) -> list[Recipient]:
    """Gather focal points by their address; focal points come before alternates."""
    by_address: dict[str, list[FocalPoint]] = {}
    for person in sorted(people, key=lambda each: (each.is_alternate, each.pk)):
        by_address.setdefault(person.email.lower(), []).append(person)
    return [Recipient(tuple(roles)) for roles in by_address.values()]


def texts_of(*kinds: str) -> TemplateSet:
    """Read the texts of some kinds, and that of the closing, in one query."""
    return TemplateSet(*kinds, CLOSING)


def topic_of(meeting: Meeting) -> str:
    """Return how the topic of each mail about a meeting alone begins."""
    return f"{MEETING_TOPIC}{meeting.pk}"


def letter_to(
    reader: Recipient,
    kind: str,
    values: Mapping[str, Value],
    *,
    title: str = "",
    about: Meeting | None = None,
    words: TemplateSet,
    topic: str,
    queue: Queue,
    at: datetime,
    not_after: datetime,
) -> Message:
    """Compose a mail of a kind to a reader, in their language; nothing is stored yet.

    `about` is the meeting whose page it leads to; without one it leads to their calendar.
    """
    person = reader.person
    wording = words.find(
        kind, person.language, is_whole=lambda language: words.has(CLOSING, language)
    )
    language = wording.language
    pages = page_language(person)
    known: dict[str, Value] = {
        "page": my_page_url("my_meeting", pages, about.uid)
        if about
        else my_page_url("my_calendar", pages),
        "preferences": my_page_url("my_preferences", pages),
        **values,
    }
    with override(language):
        subject = render_text(wording.subject, {"title": one_line(title)}, language=language)
        body = render_text(
            wording.body, {"title": escape_inline(title), **known}, language=language
        )
        opens, ends = greeting(person, language), closing(language, words)
    return compose_message(
        topic=f"{topic}/{reader.segment}",
        reference=person.member.reference,
        recipient=person.email,
        recipient_name=person.full_name,
        language=language,
        wanted_language=person.language,
        subject=subject,
        body=f"{opens}\n\n{body}\n\n{ends}",
        queue=queue,
        at=at,
        not_after=not_after,
    )


def my_page_url(name: str, language: str, *arguments: object) -> str:
    """Return the full address of a page that opens to whoever signs in: no key is in it."""
    with override(language):
        return settings.SITE_URL + reverse(f"participation:{name}", args=arguments)
