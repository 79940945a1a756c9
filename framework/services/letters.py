"""Composes the letters about a draft, one for each address of an organisation."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Final
from zoneinfo import ZoneInfo

from core.dates import GENEVA, format_date_in_subject, format_datetime_for
from core.languages import page_url
from framework.models import Amendment, Draft, Framework, NoticeKind
from framework.services import template_types
from framework.services.amendments import may_propose
from framework.services.answers_in_words import (
    NumberedTexts,
    answered_text,
    answers_text,
    may_do_text,
)
from framework.services.links import AMENDMENTS_PAGE, PAGE, framework_address
from members.models import FocalPoint
from members.services.letters.composing import addressee, segment_of
from outbox.models import Queue
from outbox.services.letters import texts_of, write
from outbox.services.queue import Envelope
from outbox.services.rendering import escape_inline, private_link_marker
from outbox.services.template_rendering import TemplateSet, Value

# The kind of letter of each notice: without answers to the organisation, and with them.
KINDS: Final = {
    NoticeKind.OPENED: (template_types.OPENED, template_types.OPENED_WITH_ANSWERS),
    NoticeKind.CLOSES_SOON: (template_types.CLOSES_SOON, template_types.CLOSES_SOON),
    NoticeKind.ADOPTED: (template_types.ADOPTED, template_types.ADOPTED_WITH_ANSWERS),
}
# How long it is news that a framework was adopted.
ADOPTION_TOLD_FOR: Final = timedelta(days=30)


@dataclass
class Answered:
    """The answered amendments of a member, and those of others that it supported."""

    amendments: list[Amendment] = field(default_factory=list)
    supported: list[Amendment] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.amendments or self.supported)


def topic_of(framework: Framework, draft: Draft | None = None, kind: str = "") -> str:
    """Return the beginning of the topics of letters about a framework, or about one draft."""
    parts = [f"framework-{framework.focus_area.number}"]
    if draft:
        # A letter that was cancelled because the closing moved is written again.
        parts += [f"draft-{draft.number}", kind, f"version-{draft.version}"]
    return "/".join(parts)


@dataclass(frozen=True)
class Letters:
    """The letters of one notice about a draft.

    `topic` is the beginning of theirs. It has the time: what was cancelled may be written again.
    """

    draft: Draft
    kind: NoticeKind
    texts: NumberedTexts
    words: TemplateSet
    topic: str

    @classmethod
    def about(cls, draft: Draft, kind: NoticeKind, *, at: datetime) -> "Letters":
        """Read the templates of a notice."""
        topic = f"{topic_of(draft.framework, draft, kind)}/{int(at.timestamp())}"
        return cls(draft, kind, NumberedTexts(draft), texts_of(*KINDS[kind]), topic)

    def to(self, person: FocalPoint, answered: Answered) -> Envelope:
        """Write the letter to a focal point, in their language."""
        framework, member = self.draft.framework, person.member
        kind = KINDS[self.kind][bool(answered)]
        return Envelope(
            write(kind, person.language, self._values(person, answered), words=self.words),
            addressee(person),
            topic=f"{self.topic}/{segment_of(person)}",
            reference=member.reference,
            conversations=[topic_of(framework)],
            keys={"private_links": partial(_links, person, framework)},
            queue=Queue.BULK,
            expires_at=_expires_at(self.draft, answered),
        )

    def _values(self, person: FocalPoint, answered: Answered) -> dict[str, Value]:
        draft, framework = self.draft, self.draft.framework
        area, closes_at = framework.focus_area, draft.closes_at
        organisation = escape_inline(person.member.organisation_name)
        may = may_propose(framework, person.member)
        values: dict[str, Value] = {
            "number": str(draft.number),
            "focus_area": lambda: area.name,
            "organisation": organisation,
            "private_link": private_link_marker(1),
            "page": page_url("framework:framework", person.language, area.slug),
            "answered": partial(answered_text, len(answered.amendments)),
            "answers": partial(answers_text, answered.amendments, answered.supported, self.texts),
            "what_they_may_do": partial(may_do_text, organisation, may_propose=may),
        }
        if closes_at:
            day = closes_at.astimezone(ZoneInfo(person.time_zone or GENEVA)).date()
            values["closes_at"] = partial(format_datetime_for, closes_at, person.time_zone)
            values["closes_on"] = partial(format_date_in_subject, day)
        return values


def _links(person: FocalPoint, framework: Framework) -> str:
    return "\n".join(framework_address(person, framework, page) for page in (PAGE, AMENDMENTS_PAGE))


def _expires_at(draft: Draft, answered: Answered) -> datetime | None:
    """Return when a letter is out of date. Answers are, only if they come in a later letter."""
    if answered:
        return None
    return draft.closes_at or (draft.adopted_at and draft.adopted_at + ADOPTION_TOLD_FOR)
