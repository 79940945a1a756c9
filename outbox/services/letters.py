"""How a letter is composed: greeting, text and closing, in one language, become one message."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, cast

from django.utils.translation import override

from outbox.models import Message, Queue
from outbox.models.template_types import Words, get_template_type
from outbox.services.queue import compose_message
from outbox.services.rendering import MARKERS, Keys, as_text, escape_inline
from outbox.services.template_rendering import (
    TemplateSet,
    Value,
    any_language,
    fixed_values,
    render_text,
)

# What makes each of a recipient's own keys, by the column that has it.
KeyMakers = Mapping[str, Callable[[], str]]
NO_KEYS: Final[KeyMakers] = {}
NO_VALUES: Final[Mapping[str, Value]] = {}


@dataclass(frozen=True)
class Addressee:
    """Who reads a letter, and in which language.

    `greeting` is the line that it opens with, with a place for their name; empty, where the text
    greets them or nobody is greeted.
    """

    email: str
    language: str
    name: str = ""
    greeting: Words = ""


@dataclass(frozen=True)
class EditableLetter:
    """The part of a letter that staff may edit: its subject and its text in Markdown.

    `language` is what it was drafted in; empty, the letter is in that of its recipient.
    `closing` is what ends the letter. `is_reviewed` tells whether somebody said so of the text
    that it was drafted from.
    """

    subject: str
    body: str
    language: str = ""
    closing: str = field(default="", compare=False)
    is_reviewed: bool = field(default=True, compare=False)


@dataclass(frozen=True)
class RenderedLetter:
    """One letter as its recipient reads it, but for the private links: those are markers."""

    subject: str
    body: str
    language: str

    @property
    def text(self) -> str:
        """The letter as plain text, all in its language."""
        with override(self.language):
            return as_text(self.body)


def texts_of(*kinds: str) -> TemplateSet:
    """Read the texts of some kinds, and those that end them, in one query."""
    return TemplateSet(*kinds, *filter(None, map(_ending_of, kinds)))


def fill_in_letter(
    kind: str,
    wanted: str,
    values: Mapping[str, Value] = NO_VALUES,
    *,
    subject_values: Mapping[str, Value] = NO_VALUES,
    words: TemplateSet | None = None,
    is_whole: Callable[[str], bool] = any_language,
) -> EditableLetter:
    """Fill in the text of a kind, and the closing that ends it, in the language that is wanted.

    In another where one of them is missing in it, or where `is_whole` says that what comes into
    the text is. `subject_values` are put into the subject in place of Markdown. `words` are the
    texts, if they were read already.
    """
    words, ending = words or texts_of(kind), _ending_of(kind)
    text = words.find(
        kind,
        wanted,
        is_whole=lambda code: (not ending or words.has(ending, code)) and is_whole(code),
    )
    known, language = {**fixed_values(kind), **values}, text.language
    with override(language):
        return EditableLetter(
            subject=render_text(text.subject, {**known, **subject_values}, language=language),
            body=render_text(text.body, known, language=language),
            language=language,
            closing=fill_in_letter(ending, language, words=words).body if ending else "",
            is_reviewed=text.is_reviewed,
        )


def greeting(addressee: Addressee, language: str) -> str:
    """Return the line that a letter in a language opens with, in Markdown."""
    with override(language):
        # As a placeholder is: a name in the other direction keeps its own.
        line = str(addressee.greeting) % {"name": "{name}"}
    return render_text(line, {"name": escape_inline(addressee.name)}, language=language)


def render_letter(addressee: Addressee, letter: EditableLetter) -> RenderedLetter:
    """Put greeting and closing around the text of a letter."""
    language = letter.language or addressee.language
    parts = (greeting(addressee, language), letter.body.strip(), letter.closing)
    return RenderedLetter(letter.subject, "\n\n".join(filter(None, parts)), language)


def compose_letter(
    addressee: Addressee,
    letter: EditableLetter,
    *,
    topic: str,
    reference: str = "",
    anonymous_body: str = "",
    keys: KeyMakers = NO_KEYS,
    queue: Queue = Queue.MAIL,
    at: datetime,
    due_at: datetime | None = None,
    expires_at: datetime | None = None,
) -> Message:
    """Compose the message that brings a letter to somebody; nothing is stored yet.

    Only those `keys` are made that the letter has a place for. Raises PrivateLinkMissing.
    """
    rendered = render_letter(addressee, letter)
    return compose_message(
        topic=topic,
        reference=reference,
        recipient=addressee.email,
        recipient_name=addressee.name,
        language=rendered.language,
        preferred_language=addressee.language,
        subject=rendered.subject,
        body=rendered.body,
        anonymous_body=anonymous_body,
        queue=queue,
        at=at,
        due_at=due_at,
        expires_at=expires_at,
        **keys_in(rendered.body, keys),
    )


def keys_in(body: str, keys: KeyMakers) -> Keys:
    """Return those of a recipient's own keys that a body has a place for."""
    return cast("Keys", {name: make() for name, make in keys.items() if MARKERS[name] in body})


def _ending_of(kind: str) -> str:
    known = get_template_type(kind)
    return known.ending if known else ""
