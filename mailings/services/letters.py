"""What each recipient of a mailing reads: greeting, text and closing, in one language."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import override

from mailings.models import Mailing, MailingKind, MailingText, Recipient
from mailings.services.template_types import BULLETIN_ENDING, MAILING
from mailings.services.unsubscribe_links import unsubscribe_address
from members.models import FocalPoint
from members.services.letters.composing import closing, greeting, segment_of
from members.services.template_types import CLOSING
from outbox.models import Message, Queue
from outbox.services.queue import compose_message
from outbox.services.rendering import PRIVATE_UNSUBSCRIBE, escape_inline
from outbox.services.template_rendering import TemplateSet, Value, render_text, validate_text

MAX_SUBJECT_LENGTH: Final = 200
MAX_BODY_LENGTH: Final = 50_000


@dataclass(frozen=True)
class MailingLetter:
    """One mailing as one recipient reads it, but for the private link: that is a marker."""

    subject: str
    body: str
    language: str


class MailingTexts:
    """The texts of a mailing that can go out, and what ends them, read from the database once."""

    def __init__(self, mailing: Mailing) -> None:
        self.mailing = mailing
        self.by_language = {
            text.language: text
            for text in mailing.texts.order_by("pk")
            if not validate_mailing_text(text.subject, text.body)
        }
        self.words = TemplateSet(CLOSING, BULLETIN_ENDING.name)
        self.endings: dict[str, str] = {}

    @property
    def can_go(self) -> bool:
        """Whether there is a text for everybody: one in the first language of the mailing."""
        return self.mailing.language in self.by_language

    def language_for(self, wanted: str) -> str:
        """Return the language that somebody gets the mailing in: theirs, or the first one."""
        return wanted if wanted in self.by_language else self.mailing.language

    def letter_to(self, focal_point: FocalPoint) -> MailingLetter:
        """Return the mailing as a focal point reads it.

        Raises KeyError where there is no text in its first language.
        """
        text = self.by_language[self.language_for(focal_point.language)]
        language, values = text.language, values_for(focal_point)
        with override(language):
            subject = render_text(text.subject, values, language=language)
            body = render_text(text.body, values, language=language)
        opens, ends = greeting(focal_point, language), self._ending(language)
        return MailingLetter(subject, f"{opens}\n\n{body}\n\n{ends}", language)

    def message_to(self, recipient: Recipient, *, at: datetime) -> Message:
        """Compose what goes to a recipient; nothing is stored yet.

        The topic names mailing, recipient and focal point, and the time around where it was held
        back before: the same is never written twice, and goes with the links of its focal point.
        """
        focal_point, letter = recipient.focal_point, self.letter_to(recipient.focal_point)
        again = f"/{recipient.times + 1}" if recipient.times else ""
        is_bulletin = PRIVATE_UNSUBSCRIBE in letter.body
        return compose_message(
            topic=f"{topic_of(self.mailing)}/{recipient.pk}/{segment_of(focal_point)}{again}",
            reference=focal_point.member.reference,
            recipient=focal_point.email,
            recipient_name=focal_point.full_name,
            language=letter.language,
            wanted_language=focal_point.language,
            subject=letter.subject,
            body=letter.body,
            queue=Queue.BULK,
            at=at,
            private_unsubscribe=unsubscribe_address(focal_point) if is_bulletin else "",
        )

    def _ending(self, language: str) -> str:
        """Return what ends the mailing in a language: the closing, and how to unsubscribe."""
        if language not in self.endings:
            ending = closing(language, self.words)
            if self.mailing.kind == MailingKind.BULLETIN:
                wording = self.words.find(BULLETIN_ENDING.name, language)
                own = {"private_unsubscribe": PRIVATE_UNSUBSCRIBE}
                ending += "\n\n" + render_text(wording.body, own, language=wording.language)
            self.endings[language] = ending
        return self.endings[language]


def values_for(focal_point: FocalPoint) -> dict[str, Value]:
    """Return what stands in place of the placeholders; the area in the language that is active."""
    member = focal_point.member
    return {
        "name": lambda: escape_inline(focal_point.full_name),
        "organisation": lambda: escape_inline(member.organisation_name),
        "reference": member.reference,
        "focus_area": lambda: str(member.focus_area or member.first_choice),
    }


def validate_mailing_text(subject: str, body: str) -> dict[str, list[str]]:
    """Return what keeps a text from going out, by field; each complaint is a sentence."""
    found = validate_text(MAILING, subject=subject, body=body)
    if not subject.strip():
        found.setdefault("subject", []).append(_("Write a subject."))
    if len(subject) > MAX_SUBJECT_LENGTH:
        found.setdefault("subject", []).append(
            _("Use at most %(number)d characters.") % {"number": MAX_SUBJECT_LENGTH}
        )
    if not body.strip():
        found.setdefault("body", []).append(_("Write a text."))
    if len(body) > MAX_BODY_LENGTH:
        found.setdefault("body", []).append(
            _("Use at most %(number)d characters.") % {"number": MAX_BODY_LENGTH}
        )
    return found


def has_text(text: MailingText) -> bool:
    """Tell whether anything was written in a language."""
    return bool(text.subject.strip() or text.body.strip())


def topic_of(mailing: Mailing) -> str:
    """Return how the topic of each message of a mailing begins."""
    return f"mailing-{mailing.pk}"
