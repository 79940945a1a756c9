"""Load the texts of messages, validate them when staff edit them, and fill them in.

A text is Markdown with placeholders, which are names in braces. `{{` and `}}` are literal braces.
"""

import re
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from copy import copy
from dataclasses import dataclass, field
from functools import lru_cache
from string import Formatter
from typing import Final

from django.utils.translation import get_language_info
from django.utils.translation import gettext as _

from outbox.models import MessageTemplate, digest_of, is_outdated
from outbox.models.template_types import PlaceholderType, TemplateType, get_template_type
from outbox.services.markdown_limits import markdown_faults
from outbox.services.marker_faults import marker_not_replaced, markers_in

# The source of every translation, and their last fallback.
ENGLISH: Final = "en"
# If a text is missing in the language that is wanted, the first of these that has it is used.
FALLBACK_LANGUAGES: Final = (ENGLISH, "fr")
# They isolate the text between them from the direction of the text around it (UAX #9).
FIRST_STRONG_ISOLATE, POP_ISOLATE = "\u2068", "\u2069"
NO_ISOLATES: Final = dict.fromkeys(map(ord, (FIRST_STRONG_ISOLATE, POP_ISOLATE)))
# In characters. A phone shows about 40 of a subject, the list of a desktop program about 60.
MAX_SUBJECT_LENGTH: Final = 60
MAX_SUBJECT_WITH_REFERENCE: Final = 75
# What is left of a value, so that it can still be recognised.
MIN_SHORTENED_LENGTH: Final = 10
# Hebrew, Arabic and other right-to-left scripts (UAX #9, classes R and AL).
RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]")
NO_LETTERS_RE = re.compile(r"[^a-z]+")
BLANK_LINES_RE = re.compile(r"\n{3,}")
# The first characters of values that are not plain text: URLs, markers and Markdown.
MARKUP_PREFIXES: Final = ("http", "[[", "<", "**", "- ")

# A line with Markdown: typed text has a backslash before these characters.
MARKUP_LINE_RE = re.compile(r"^(?: |>|#|https?://|- |\d+[.)] )|(?<!\\)(?:\\\\)*[*_\[<`]")
# The text of a line, and what keeps its break in Markdown.
LINE_RE = re.compile(r"((?:\\.|[^\\])*?)( *|\\)")

Value = str | Callable[[], str]


class IsolatedText(str):
    """A value of a placeholder that isolates what a person typed in it by itself."""

    __slots__ = ()


class InvalidPlaceholders(ValueError):
    """The braces of a text are not valid placeholders. The error message is for its author."""


class NoTemplateText(LookupError):
    """A kind of message has no text in any usable language. Every default kind has one."""


@dataclass(frozen=True)
class TemplateText:
    """The text of one kind in one language."""

    kind: str
    language: str
    subject: str
    body: str
    is_reviewed: bool = field(default=True, compare=False)


def any_language(_language: str) -> bool:
    """Return True for every language."""
    return True


class TemplateSet:
    """The texts of some kinds, read from the database in one query.

    If `languages` are given, only texts in these and in the fallback languages are read. A
    translation of an English text that changed is not reviewed.
    """

    def __init__(self, *kinds: str, languages: Collection[str] = ()) -> None:
        rows = MessageTemplate.objects.filter(template_type__in=kinds, is_active=True)
        if languages:
            rows = rows.filter(language__in={*languages, *FALLBACK_LANGUAGES})
        columns = list(
            rows.values_list(
                "template_type", "language", "subject", "body", "reviewed_at", "source_digest"
            )
        )
        english = {
            kind: digest_of(subject, body)
            for kind, language, subject, body, *_more in columns
            if language == ENGLISH
        }
        self._rows = {
            (kind, language): TemplateText(
                kind,
                language,
                subject,
                body,
                is_reviewed=reviewed_at is not None
                and not is_outdated(source_digest, english.get(kind, "")),
            )
            for kind, language, subject, body, reviewed_at, source_digest in columns
        }

    def having(self, wording: TemplateText) -> "TemplateSet":
        """Return a copy with one more text, which may be unsaved or not in use."""
        words = copy(self)
        words._rows = {**self._rows, (wording.kind, wording.language): wording}
        return words

    def has(self, kind: str, language: str) -> bool:
        """Return whether a kind has a text in a language."""
        return (kind, language) in self._rows

    def find(
        self, kind: str, wanted: str, *, is_whole: Callable[[str], bool] = any_language
    ) -> TemplateText:
        """Return the text of a kind in the language that is wanted, or in a fallback language.

        A message is in one language only: `is_whole` returns whether everything that is put into
        the text exists in a language. If it returns False for all of them, the last one is used.

        Raises NoTemplateText.
        """
        there = [
            self._rows[kind, language]
            for language in dict.fromkeys([wanted, *FALLBACK_LANGUAGES])
            if (kind, language) in self._rows
        ]
        if not there:
            raise NoTemplateText(kind)
        return next((wording for wording in there if is_whole(wording.language)), there[-1])


def placeholders_in(text: str) -> list[str]:
    """Return the names of the placeholders in a text, in order and with repetitions.

    Raises InvalidPlaceholders.
    """
    return [name for _before, name in _parsed(text) if name is not None]


def validate_text(kind: TemplateType, *, subject: str, body: str) -> dict[str, list[str]]:
    """Return the error messages for a text of a kind, by field. Each is a sentence or two."""
    found = placeholder_faults(kind, subject=subject, body=body)
    addresses = [each.name for each in kind.placeholders if each.type is PlaceholderType.ADDRESS]
    limits = markdown_faults(subject=subject, body=body, addresses=addresses)
    for name, sentences in limits.items():
        found.setdefault(name, []).extend(sentences)
    return found


def placeholder_faults(kind: TemplateType, *, subject: str, body: str) -> dict[str, list[str]]:
    """Return the error messages for placeholders that cannot be filled in, by field."""
    found: dict[str, list[str]] = {"subject": [], "body": []}
    used: dict[str, list[str]] = {"subject": [], "body": []}
    for name, text in (("subject", subject), ("body", body)):
        try:
            used[name] = placeholders_in(text)
        except InvalidPlaceholders as malformed:
            found[name].append(str(malformed))
    found["subject"] += _complaints_of_subject(kind, used["subject"], subject)
    found["body"] += _complaints_of_body(kind, used["body"], body)
    return {name: sentences for name, sentences in found.items() if sentences}


def text_of_value(value: Value) -> str:
    """Return the text of a value, which a function may compute."""
    return value() if callable(value) else value


def render_text(text: str, values: Mapping[str, Value], *, language: str) -> str:
    """Replace the placeholders of a text by values. Only the values that it uses are computed.

    A value in the other writing direction than the language keeps its own direction.

    Raises KeyError for a placeholder without a value, and InvalidPlaceholders.
    """
    known: dict[str, str] = {}
    parts = []
    for before, name in _parsed(text):
        parts.append(before)
        if name is not None:
            if name not in known:
                known[name] = bidi_isolated(text_of_value(values[name]), language)
            parts.append(_in_box(known[name]) if _begins_box(before) else known[name])
    return BLANK_LINES_RE.sub("\n\n", "".join(parts)).strip()


def render_subject(text: TemplateText, values: Mapping[str, Value]) -> str:
    """Fill in the subject of a text. If it is too long, values that may be shortened end in "…".

    Raises KeyError for a placeholder without a value, and InvalidPlaceholders.
    """
    kind, limit = get_template_type(text.kind), max_subject_length(text.subject)
    used = placeholders_in(text.subject)
    shown = {
        # Not what isolates the value: one of its ends could be cut off.
        each.name: text_of_value(values[each.name]).translate(NO_ISOLATES)
        for each in (kind.placeholders if kind else ())
        if each.may_be_shortened and each.name in used
    }
    subject = render_text(text.subject, {**values, **shown}, language=text.language)
    for name in sorted(shown, key=lambda name: len(shown[name]), reverse=True):
        excess = len(subject.translate(NO_ISOLATES)) - limit
        if excess > 0:
            shown[name] = _shortened(shown[name], excess)
            subject = render_text(text.subject, {**values, **shown}, language=text.language)
    return subject


def max_subject_length(subject: str) -> int:
    """Return the limit of a subject in characters. The reference has room of its own."""
    return MAX_SUBJECT_WITH_REFERENCE if "{reference}" in subject else MAX_SUBJECT_LENGTH


def _shortened(value: str, excess: int) -> str:
    kept = max(len(value) - excess - 1, MIN_SHORTENED_LENGTH)
    return value if kept >= len(value) - 1 else value[:kept].rstrip() + "…"


def _begins_box(before: str) -> bool:
    """Return whether a placeholder is the first on a line of a quotation."""
    return before.rpartition("\n")[2].strip() == ">"


def _in_box(value: str) -> str:
    """Return a value for a quotation, of which each line begins with the mark."""
    return value.replace("\n", "\n> ")


def sample_values(kind: TemplateType, *, in_subject: bool = False) -> dict[str, Value]:
    """Return the samples of a kind's placeholders, in the active language."""
    return {
        each.name: (in_subject and each.subject_sample) or each.sample for each in kind.placeholders
    }


def fixed_values(kind: str) -> dict[str, Value]:
    """Return the values of a kind's placeholders that are the same for every recipient."""
    known = get_template_type(kind)
    return {each.name: each.sample for each in known.placeholders if each.is_fixed} if known else {}


# Cached, since a mailing fills in the same few texts for thousands of recipients.
@lru_cache(maxsize=64)
def _parsed(text: str) -> tuple[tuple[str, str | None], ...]:
    """Parse a text into pairs of literal text and the placeholder after it, or None.

    Raises InvalidPlaceholders.
    """
    try:
        parts = list(Formatter().parse(text))
    except ValueError:
        raise InvalidPlaceholders(
            _(
                "Unmatched brace. Write a placeholder as a name in braces, like {reference}. To "
                "show a brace, write it twice."
            )
        ) from None
    for _before, name, how, conversion in parts:
        if name is not None and (how or conversion or not name.isidentifier()):
            written = "".join(
                [name, f"!{conversion}" if conversion else "", f":{how}" if how else ""]
            )
            raise InvalidPlaceholders(
                _("{%(name)s} is not a placeholder. Write a name in braces, like {reference}.")
                % {"name": written}
            )
    return tuple((before, name) for before, name, _how, _conversion in parts)


def _complaints_of_subject(kind: TemplateType, used: list[str], subject: str) -> list[str]:
    """Return the error messages for the placeholders and the markers of a subject."""
    found = [
        _unknown(name)
        if kind.placeholder(name) is None
        else _("{%(name)s} cannot be used in the subject.") % {"name": name}
        for name in dict.fromkeys(used)
        if not ((known := kind.placeholder(name)) and known.may_be_in_subject)
    ]
    return found + [marker_not_replaced(marker) for marker in _markers(subject)]


def _complaints_of_body(kind: TemplateType, used: list[str], body: str) -> list[str]:
    """Return the error messages for the placeholders and the markers of a body."""
    found = [_unknown(name) for name in dict.fromkeys(used) if kind.placeholder(name) is None]
    found += [
        _("{%(name)s} is missing. This message requires it.") % {"name": placeholder.name}
        for placeholder in kind.placeholders
        if placeholder.is_required and placeholder.name not in used
    ]
    # In a box, a line begins with >.
    lines = Counter(line.removeprefix(">").strip() for line in body.splitlines())
    found += [
        _("{%(name)s} must be alone on its line, because it is replaced by whole paragraphs.")
        % {"name": placeholder.name}
        for placeholder in kind.placeholders
        if placeholder.type is PlaceholderType.BLOCK
        and used.count(placeholder.name) != lines[f"{{{placeholder.name}}}"]
    ]
    return found + [_misplaced(marker, kind) for marker in _markers(body)]


def _markers(text: str) -> list[str]:
    """Return the markers of a text without repetitions. What has braces is a placeholder."""
    return [each for each in dict.fromkeys(markers_in(text)) if not {*each} & {*"{}"}]


def _misplaced(marker: str, kind: TemplateType) -> str:
    """Return the error message for a marker in a text, which has placeholders in their place."""
    name = NO_LETTERS_RE.sub("_", marker.lower()).strip("_")
    if kind.placeholder(name):
        return _("Replace %(marker)s with {%(name)s}.") % {"name": name, "marker": marker}
    return marker_not_replaced(marker)


def _unknown(name: str) -> str:
    return _("{%(name)s} is not available in this kind of message.") % {"name": name}


def bidi_isolated(value: str, language: str) -> str:
    """Isolate a value, so that it keeps its writing direction in a text in a language.

    If it has several lines, each is isolated. URLs and markers are not changed, nor are lines with
    Markdown: there is no text around them, and a character beside Markdown can disable it.
    """
    if isinstance(value, IsolatedText):
        return value
    if "\n" in value:
        return "\n".join(
            line if MARKUP_LINE_RE.search(line) else _isolated_line(line, language)
            for line in value.split("\n")
        )
    return value if value.startswith(MARKUP_PREFIXES) else _isolated(value, language)


def _isolated_line(line: str, language: str) -> str:
    """Isolate one of several lines, before the spaces or the backslash that keep its break."""
    words = LINE_RE.fullmatch(line)
    return _isolated(words[1], language) + words[2] if words else line


def _isolated(value: str, language: str) -> str:
    is_right_to_left = get_language_info(language)["bidi"]
    if value and (is_right_to_left or _has_right_to_left(value)):
        return f"{FIRST_STRONG_ISOLATE}{value}{POP_ISOLATE}"
    return value


def _has_right_to_left(value: str) -> bool:
    return bool(RIGHT_TO_LEFT.search(value))
