"""Write letters: fill in a template, and put a greeting and a closing around it."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Final, cast

from django.utils.safestring import SafeString
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from core.languages import page_url
from outbox.models.template_types import Words, get_template_type
from outbox.services.rendering import MARKERS, RULE, Keys, as_fragment, as_text, escape_inline
from outbox.services.template_rendering import (
    TemplateSet,
    Value,
    any_language,
    fixed_values,
    render_subject,
    render_text,
)

# The functions that create the recipient's private links, by column.
KeyMakers = Mapping[str, Callable[[], str]]
NO_KEYS: Final[KeyMakers] = {}
NO_VALUES: Final[Mapping[str, Value]] = {}


@dataclass(frozen=True)
class Addressee:
    """The recipient of a letter, and their language.

    `greeting` is the first line of the letter, with a placeholder for the name. It is empty if the
    text has its own greeting, or if there is none.
    """

    email: str
    language: str
    name: str = ""
    greeting: Words = ""


@dataclass(frozen=True)
class EditableLetter:
    """The part of a letter that staff may edit: its subject and its text in Markdown.

    `language` is the language of the draft; if empty, that of the recipient is used. `closing` is
    the end of the letter. `is_reviewed` is whether the template of the draft was reviewed.
    """

    subject: str
    body: str
    language: str = ""
    closing: str = field(default="", compare=False)
    is_reviewed: bool = field(default=True, compare=False)


@dataclass(frozen=True)
class RenderedLetter:
    """A letter as its recipient reads it, but with markers in place of the private links."""

    subject: str
    body: str
    language: str

    @property
    def text(self) -> str:
        """The letter as plain text, entirely in its language."""
        with override(self.language):
            return as_text(self.body)

    @property
    def html(self) -> SafeString:
        """The letter as HTML for a page, entirely in its language."""
        return as_fragment(self.body, language=self.language)


def texts_of(*kinds: str, languages: Collection[str] = ()) -> TemplateSet:
    """Read the texts of some kinds and of their endings, in one query.

    If `languages` are given, only texts in these and in the fallback languages are read.
    """
    return TemplateSet(*kinds, *filter(None, map(_ending_of, kinds)), languages=languages)


def write(
    kind: str,
    wanted: str,
    values: Mapping[str, Value] = NO_VALUES,
    *,
    subject_values: Mapping[str, Value] = NO_VALUES,
    words: TemplateSet | None = None,
    is_whole: Callable[[str], bool] = any_language,
) -> EditableLetter:
    """Fill in the text and the closing of a kind in the language that is wanted.

    Another language is used if one of them is missing in it, or if `is_whole` returns False for it
    because one of the values is missing. `subject_values` replace the Markdown values in the
    subject. `words` are the texts, if they are loaded already.
    """
    words, ending = words or texts_of(kind, languages=(wanted,)), _ending_of(kind)
    text = words.find(
        kind,
        wanted,
        is_whole=lambda code: (not ending or words.has(ending, code)) and is_whole(code),
    )
    known, language = {**fixed_values(kind), **values}, text.language
    with override(language):
        return EditableLetter(
            subject=render_subject(text, {**known, **subject_values}),
            body=render_text(text.body, known, language=language),
            language=language,
            closing=closing_of(kind, language, words=words),
            is_reviewed=text.is_reviewed,
        )


def closing_of(kind: str, language: str, *, words: TemplateSet | None = None) -> str:
    """Return the end of the letters of a kind: its ending, why a person gets it, and privacy."""
    ending, known = _ending_of(kind), get_template_type(kind)
    with override(language):
        text = write(ending, language, words=words).body if ending else ""
        return with_reason(text, str(known.reason) if known else "")


def with_reason(text: str, reason: str) -> str:
    """Return the end of a letter with the reason for it and a link to the page on privacy.

    All of it is in the active language. Without a reason, the text is returned unchanged.
    """
    if not reason:
        return text
    privacy = f"[{_('Privacy')}]({page_url('privacy', get_language() or 'en')})"
    return "\\\n".join(filter(None, [text, f"{reason} {privacy}"]))


def greeting(addressee: Addressee, language: str) -> str:
    """Return the first line of a letter in a language, as Markdown."""
    with override(language):
        # Filled in like a placeholder, so that a name keeps its own writing direction.
        line = str(addressee.greeting) % {"name": "{name}"}
    return render_text(line, {"name": escape_inline(addressee.name)}, language=language)


def render_letter(addressee: Addressee, letter: EditableLetter) -> RenderedLetter:
    """Put greeting and closing around the text of a letter."""
    language = letter.language or addressee.language
    body = with_closing(letter.body.strip(), letter.closing)
    parts = (greeting(addressee, language), body)
    return RenderedLetter(letter.subject, "\n\n".join(filter(None, parts)), language)


def with_closing(body: str, closing: str) -> str:
    """Return the text of a letter with its end below a rule."""
    return f"{body}\n\n{RULE}\n\n{closing}" if closing else body


def keys_in(body: str, keys: KeyMakers) -> Keys:
    """Create the private links that have a marker in a body, and return them by column."""
    return cast("Keys", {name: make() for name, make in keys.items() if MARKERS[name] in body})


def _ending_of(kind: str) -> str:
    known = get_template_type(kind)
    return known.ending if known else ""
