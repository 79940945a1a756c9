"""The message to each recipient of a mailing: greeting, text and closing, in one language."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import override

from mailings.models import Mailing, MailingKind, MailingStatus, MailingText, Recipient
from mailings.services.template_types import BULLETIN_ENDING, MAILING, NAME
from mailings.services.unsubscribe_links import unsubscribe_address
from members.models import FocalPoint
from members.services.letters.composing import GREETINGS, addressee, segment_of
from members.services.template_types import CLOSING
from outbox.models import Queue
from outbox.services.letters import (
    Addressee,
    EditableLetter,
    RenderedLetter,
    closing_of,
    render_letter,
    texts_of,
    with_reason,
    write,
)
from outbox.services.queue import Envelope
from outbox.services.rendering import escape_inline
from outbox.services.template_rendering import (
    Value,
    placeholder_faults,
    render_text,
    sample_values,
    validate_text,
)

MAX_SUBJECT_LENGTH: Final = 200
MAX_BODY_LENGTH: Final = 50_000


class MailingTexts:
    """The texts of a mailing that can be sent, and their endings, loaded once from the database.

    `texts` are used in place of those in the database.
    """

    def __init__(self, mailing: Mailing, texts: Iterable[MailingText] | None = None) -> None:
        self.mailing = mailing
        # What was confirmed is sent, also if a later release no longer accepts its Markdown.
        is_draft = mailing.status == MailingStatus.DRAFT
        validate = validate_text if is_draft else placeholder_faults
        self.by_language = {
            text.language: text
            for text in (mailing.texts.all() if texts is None else texts)
            if not validate_mailing_text(text.subject, text.body, validate=validate)
        }
        self.words = texts_of(CLOSING, BULLETIN_ENDING.name)
        self.endings: dict[str, str] = {}

    @property
    def can_go(self) -> bool:
        """Whether the mailing can be sent: it has a valid text in its first language."""
        return self.mailing.language in self.by_language

    def language_for(self, wanted: str) -> str:
        """Return the wanted language if there is a text in it, otherwise the first language."""
        return wanted if wanted in self.by_language else self.mailing.language

    def letter_to(self, focal_point: FocalPoint) -> RenderedLetter:
        """Return the mailing as a focal point reads it.

        Raises KeyError if there is no text in the first language of the mailing.
        """
        return render_letter(addressee(focal_point), self._filled_in(focal_point))

    def envelope_for(self, recipient: Recipient) -> Envelope:
        """Return the letter to a recipient, ready to be posted.

        The topic contains the mailing, the recipient, the segment of the focal point, and a number
        if an earlier message was held back. So no message is queued twice, and messages are
        cancelled when the links of their focal point are revoked.
        """
        focal_point = recipient.focal_point
        again = f"/{recipient.queued_count + 1}" if recipient.queued_count else ""
        return Envelope(
            self._filled_in(focal_point),
            addressee(focal_point),
            topic=f"{topic_of(self.mailing)}/{recipient.pk}/{segment_of(focal_point)}{again}",
            reference=focal_point.member.reference,
            keys={"private_unsubscribe": partial(unsubscribe_address, recipient)},
            queue=Queue.BULK,
        )

    def sample_in(self, language: str) -> RenderedLetter:
        """Return the mailing in one language, with samples in place of a recipient's details.

        Raises KeyError if there is no text in this language.
        """
        to = Addressee("", language, str(NAME.sample), GREETINGS[""])
        return render_letter(to, self._with_values(language, sample_values(MAILING)))

    def _filled_in(self, focal_point: FocalPoint) -> EditableLetter:
        language = self.language_for(focal_point.language)
        return self._with_values(language, values_for(focal_point))

    def _with_values(self, language: str, values: dict[str, Value]) -> EditableLetter:
        text = self.by_language[language]
        with override(language):
            return EditableLetter(
                subject=render_text(text.subject, values, language=language),
                body=render_text(text.body, values, language=language),
                language=language,
                closing=self._ending(language),
            )

    def _ending(self, language: str) -> str:
        """Return the end of the message: the closing, and why the person gets it."""
        if language not in self.endings:
            self.endings[language] = (
                self._bulletin_ending(language)
                if self.mailing.kind == MailingKind.BULLETIN
                else closing_of("letter", language, words=self.words)
            )
        return self.endings[language]

    def _bulletin_ending(self, language: str) -> str:
        """Return the end of a bulletin, whose reason also says how to unsubscribe."""
        closing, reason = (
            write(kind, language, words=self.words).body for kind in (CLOSING, BULLETIN_ENDING.name)
        )
        with override(language):
            return with_reason(closing, reason)


def values_for(focal_point: FocalPoint) -> dict[str, Value]:
    """Return the values of the placeholders; the focus area is in the active language."""
    member = focal_point.member
    return {
        "name": lambda: escape_inline(focal_point.full_name),
        "organisation": lambda: escape_inline(member.organisation_name),
        "reference": member.reference,
        "focus_area": lambda: str(member.focus_area or member.first_choice),
    }


def validate_mailing_text(
    subject: str, body: str, *, validate: Callable[..., dict[str, list[str]]] = validate_text
) -> dict[str, list[str]]:
    """Return the errors that prevent sending a text, by field. If it is too long, that is all."""
    if len(body) > MAX_BODY_LENGTH:
        return {"body": [_("Use at most %(number)d characters.") % {"number": MAX_BODY_LENGTH}]}
    found = validate(MAILING, subject=subject, body=body)
    if not subject.strip():
        found.setdefault("subject", []).append(_("Enter a subject."))
    if len(subject) > MAX_SUBJECT_LENGTH:
        found.setdefault("subject", []).append(
            _("Use at most %(number)d characters.") % {"number": MAX_SUBJECT_LENGTH}
        )
    if not body.strip():
        found.setdefault("body", []).append(_("Enter a text."))
    return found


def topic_of(mailing: Mailing) -> str:
    """Return the prefix of the topics of a mailing's messages."""
    return f"mailing-{mailing.pk}"
